import Imprinting
import Pictures
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Saves frames as pictures of classes, and passes over those that are nearly the same as an earlier one of the class.
final class FrameCollector: Sendable {
  private struct State {
    var saved: [Int]
    var fingerprints: [[FrameFingerprint]]
    /// The time of the last frame that was saved, in the source.
    var last: Duration?
    /// The frame that a key saves.
    var current: Frame?
    var passedOver = 0
  }

  private let savers: [FrameSaver]
  private let classes: [String]
  private let count: Int
  private let view: PictureView
  private let difference: Double
  private let interval: Duration
  private let fingerprint: FrameFingerprint.Maker
  private let state: Mutex<State>

  init(
    savers: [FrameSaver], classes: [String], count: Int, view: PictureView, difference: Double, interval: Duration
  ) throws {
    (self.savers, self.classes, self.count, self.view) = (savers, classes, count, view)
    (self.difference, self.interval) = (difference, interval)
    fingerprint = try FrameFingerprint.Maker(view: view)
    state = Mutex(State(saved: savers.map { _ in 0 }, fingerprints: savers.map { _ in [] }))
  }

  /// The number of pictures of each class.
  var saved: [Int] { state.withLock(\.saved) }
  /// The number of frames that were passed over.
  var passedOver: Int { state.withLock(\.passedOver) }
  /// Whether each class has its number of pictures.
  var isComplete: Bool { saved.allSatisfy { $0 >= count } }

  /// Notes the frame that a key saves.
  func show(_ frame: Frame) { state.withLock { $0.current = frame } }

  /// Saves the current frame as the class of a key, `1` for the first one; other keys are ignored.
  func save(byKey key: Character) throws {
    guard let place = key.wholeNumberValue.map({ $0 - 1 }), savers.indices.contains(place) else { return }
    guard let frame = state.withLock(\.current) else {
      Terminal.say("there is no frame yet\n")
      return
    }
    let isSaved = try save(frame, as: place)
    Terminal.say(
      isSaved ? "\(classes[place]) \(saved[place])\n" : "nearly the same as an earlier frame of \(classes[place])\n")
  }

  /// Saves a frame as the first class, unless it is nearly the same as an earlier one, comes too early, or is damaged.
  ///
  /// - Returns: Whether it was saved.
  /// - Throws: `AtomicFileError`, for example if the disk is full.
  func save(_ frame: Frame) throws -> Bool {
    if let last = state.withLock(\.last), frame.time - last < interval { return false }
    return try save(frame, as: 0)
  }

  private func save(_ frame: Frame, as place: Int) throws -> Bool {
    let print: FrameFingerprint
    do {
      print = try fingerprint(frame)
    } catch {
      Terminal.warn(error)
      return false
    }
    let isNew = state.withLock { state in
      let isNew = state.fingerprints[place].allSatisfy { $0.distance(to: print) > difference }
      if !isNew { state.passedOver += 1 }
      return isNew
    }
    guard isNew else { return false }
    let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    _ = try savers[place].save(frame, view: view, name: "\(time.replacing(":", with: "-"))-\(frame.number)")
    state.withLock { state in
      state.saved[place] += 1
      state.fingerprints[place].append(print)
      state.last = frame.time
    }
    return true
  }
}
