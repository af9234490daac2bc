package import Pictures
import Synchronization

/// A measurement of the time of each step of a run.
///
/// ```swift
/// let profile = Profile()
/// try await teacher.learn(classes, profile: profile)
/// try await profile.measure(.solving) { _ = try await teacher.estimate }
/// for row in profile.figures.rows { print(row.step, row.seconds) }
/// ```
///
/// Times are summed over all workers, and include the time that a step waits for the processor. Without a profile no time is
/// measured.
public final class Profile: Sendable {
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  private struct State {
    var times: [Step: Duration] = [:]
    var workers = 1
    var pictures = 0
  }

  /// Begins a run, from which ``ProfileFigures/seconds`` counts.
  public init() {}

  /// Adds time to a step.
  public func add(_ time: Duration, to step: Step) {
    state.withLock { $0.times[step, default: .zero] += time }
  }

  /// Runs a function and adds its time to a step, even if it throws.
  ///
  /// - Throws: The errors of `body`.
  public func measure<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: step) }
    return try body()
  }

  /// Runs a function and adds its time to a step, even if it throws.
  ///
  /// - Throws: The errors of `body`.
  public func measure<Result>(
    _ step: Step, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: step) }
    return try await body()
  }

  /// Runs a function within a step and subtracts its time from the step, because another step counts it.
  func excluding<Result>(_ step: Step, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { add(start - ContinuousClock.now, to: step) }
    return try body()
  }

  /// Records the number of workers.
  func note(workers: Int) {
    state.withLock { $0.workers = max($0.workers, workers) }
  }

  /// Counts a completed picture.
  func notePicture() {
    state.withLock { $0.pictures += 1 }
  }

  /// The times so far.
  public var figures: ProfileFigures {
    let elapsed = ContinuousClock.now - start
    return state.withLock { state in
      ProfileFigures(
        rows: Step.allCases.compactMap { step in
          state.times[step].map { .init(step: step, seconds: $0 / .seconds(1)) }
        },
        seconds: elapsed / .seconds(1), workers: state.workers, pictures: state.pictures)
    }
  }
}

extension Profile {
  /// A step of a run.
  public enum Step: String, Sendable, Hashable, CaseIterable, Codable {
    /// Reading a model and preparing it.
    case opening
    /// Reading the bytes of picture files.
    case reading
    /// Decoding picture files to pixels.
    case decoding
    /// Resizing pixels to the model's input, and cutting views.
    case resizing
    /// Measuring what pictures look like: brightness, sharpness, sketch.
    case looking
    /// Running the network.
    case inference
    /// Adding embeddings to their sets.
    case learning
    /// Delivering answers.
    case answering
    /// Solving for the head.
    case solving
    /// Writing files.
    case saving

    /// Whether the step is done before or after the pictures, and so has all cores to itself.
    var isAlone: Bool { self == .opening || self == .solving || self == .saving }
  }

  /// A receiver of the times of reading pictures, which adds them to this profile.
  package var pictureTiming: PictureTiming {
    PictureTiming { [self] step, time in
      switch step {
      case .reading: add(time, to: .reading)
      case .decoding: add(time, to: .decoding)
      case .resizing: add(time, to: .resizing)
      }
    }
  }
}

/// The functions of a profile that may be nil; without a profile they measure no time.
extension Optional where Wrapped == Profile {
  /// Runs a function and adds its time to a step where there is a profile; see
  /// ``Profile/measure(_:_:)``.
  ///
  /// - Throws: The errors of `body`.
  public func measure<Result>(_ step: Profile.Step, _ body: () throws -> Result) rethrows -> Result {
    guard let self else { return try body() }
    return try self.measure(step, body)
  }

  /// Runs a function and adds its time to a step where there is a profile; see
  /// ``Profile/measure(_:isolation:_:)``.
  ///
  /// - Throws: The errors of `body`.
  public func measure<Result>(
    _ step: Profile.Step, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    guard let self else { return try await body() }
    return try await self.measure(step, isolation: isolation, body)
  }

  /// Runs a function whose time does not count for the step around it; see ``Profile/excluding(_:_:)``.
  func excluding<Result>(_ step: Profile.Step, _ body: () throws -> Result) rethrows -> Result {
    guard let self else { return try body() }
    return try self.excluding(step, body)
  }
}
