import Dispatch
import Platform
import Torch

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Processes that train one network together, each on a part of every batch.
///
/// Rank 0 reads and writes the checkpoints; the others receive settings and weights from it. The batches are those of one
/// process, so a run may be resumed with another number of workers.
public final class Workers: Sendable {
  /// The place of this process among them.
  public let place: WorkerPlace
  let group: TorchGroup
  private let store: TorchStore
  private let watch: WorkerWatch
  // Waits for the others, so that no thread of Swift's pool does.
  private let queue = DispatchQueue(label: "imprint.workers.end")

  /// The number of processes.
  var count: Int { place.count }
  /// Whether this process has rank 0, which speaks for all.
  public var isFirst: Bool { place.rank == 0 }

  /// Waits for the other workers and connects to them.
  ///
  /// - Parameters:
  ///   - device: The number of a CUDA device, or nil for the processor.
  ///   - limit: The longest time to wait for the others, now and later for an answer in a step.
  /// - Throws: ``WorkerError``, `TorchError`, and `CancellationError`.
  init(_ place: WorkerPlace, library: TorchLibrary, device: Int?, limit: Duration) throws {
    self.place = place
    func connect(isServer: Bool, limit: Duration) throws(WorkerError) -> TorchStore {
      do throws(TorchError) {
        return try TorchStore(library, address: place.address, port: place.port, isServer: isServer, limit: limit)
      } catch {
        throw .cannotMeet(place, because: error.message)
      }
    }
    if place.rank > 0 {
      do {
        // libtorch's own wait cannot be cancelled, and writes to standard error.
        try TorchStore.waitForServer(library, address: place.address, port: place.port, limit: limit) {
          Self.pause(seconds: 0.1)
        }
      } catch let error as TorchError {
        throw WorkerError.cannotMeet(place, because: error.message)
      }
    }
    store = try connect(isServer: place.rank == 0, limit: limit)
    try WorkerMeeting(place, store: store, limit: limit).meet()
    group = try TorchGroup(
      library, store: store, rank: place.rank, count: place.count, interface: place.interface, device: device,
      polls: place.hasOwnCore, limit: limit)
    watch = try WorkerWatch(connect(isServer: false, limit: WorkerWatch.answerLimit), of: group)
  }

  /// Runs the work of this process. If it fails, the other workers end too; if another worker ended, the error says which.
  ///
  /// - Throws: The errors of `work`, or ``WorkerError/ended(_:reason:)`` and ``WorkerError/lost(_:)``.
  public func run<Value: Sendable>(
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Value
  ) async throws -> Value {
    let value: Value
    do {
      value = try await work()
      // So that all leave at the same time.
      try await aside { _ = try self.group.sum([0]) }
    } catch let error as TorchError {
      let verdict = try await aside { self.watch.verdict() }
      guard let verdict, verdict.rank != place.rank else {
        try await aside { self.fail(error.description) }
        throw error
      }
      try await aside { self.leave(waitingFor: Self.shortLeave, apartFrom: verdict.rank) }
      throw verdict.reason.map { WorkerError.ended(verdict.rank, reason: $0) } ?? WorkerError.lost(verdict.rank)
    } catch let error as WorkerError where error.code == .ended || error.code == .lost {
      throw error
    } catch {
      let reason = error is CancellationError ? "it was stopped" : "\(error)"
      try await aside { self.fail(reason) }
      throw error
    }
    try await aside { self.leave(waitingFor: Self.longLeave) }
    return value
  }

  /// Does work that waits, on a thread of its own, also in a task that was cancelled.
  private func aside<Value: Sendable>(
    isolation: isolated (any Actor)? = #isolation, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try work() }) }
    }
  }

  private func fail(_ reason: String) {
    watch.end(because: reason)
    leave(waitingFor: Self.shortLeave)
  }

  /// Tells the others something through the store, if rank 0 answers within seconds.
  static func attempt(on queue: DispatchQueue, _ work: @escaping @Sendable () throws -> Void) {
    let done = DispatchSemaphore(value: 0)
    queue.async {
      try? work()
      done.signal()
    }
    _ = done.wait(timeout: .now() + shortLeave)
  }

  private static let shortLeave = 3.0
  private static let longLeave = 10.0

  /// Says goodbye. Rank 0 waits for the others, because it serves the store.
  private func leave(waitingFor seconds: Double, apartFrom lost: Int? = nil) {
    watch.stop()
    guard isFirst else {
      // Rank 0 serves the store.
      if lost != 0 { Self.attempt(on: .global()) { [store, place] in try store.set("left/\(place.rank)", "") } }
      return
    }
    var remaining = (1..<count).filter { $0 != lost }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while !remaining.isEmpty, clock.now < end {
      remaining.removeAll { (try? store.value(of: "left/\($0)")) != nil }
      if !remaining.isEmpty { Self.pause(seconds: 0.02) }
    }
  }
}

extension Workers {
  /// The size of a bucket of gradients: small enough that sending begins early, large enough that few are sent.
  private static let bucketBytes = 1 << 20

  /// Averages the gradients of weights in every backward pass from now on.
  func averageGradients(of weights: [TorchTensor]) throws {
    try group.averageGradients(of: weights, bucketBytes: Self.bucketBytes)
  }

  /// This worker's part of every batch.
  var share: BatchShare { BatchShare(place.rank, of: place.count) }

  /// Returns the places of this worker's part of a number of things.
  func share(of count: Int) -> Range<Int> { share.places(batchSize: count) }

  /// Returns this worker's part of a batch.
  func share(ofBatch size: Int) -> WorkerBatch {
    WorkerBatch(group: group, places: share(of: size), batchSize: size)
  }

  /// Returns the mean loss of a batch and its number of correct answers, from those of each worker's part.
  func combined(
    loss: Double, correct: Int, pictures: Int, batchSize: Int
  ) throws -> (loss: Double, correct: Int) {
    let sums = try group.sum([loss * Double(pictures), Double(correct)])
    return (sums[0] / Double(batchSize), Int(exactly: sums[1]) ?? 0)
  }

  /// Returns the outcomes of all pictures, from those of this worker's part.
  func combined(
    _ own: [NetworkEvaluation.Outcome], at places: Range<Int>, of count: Int
  ) throws -> [NetworkEvaluation.Outcome] {
    var numbers = [Double](repeating: 0, count: 2 * count)
    for (place, outcome) in zip(places, own) {
      numbers[2 * place] = Double(outcome.predicted)
      numbers[2 * place + 1] = Double(outcome.ahead)
    }
    numbers = try group.sum(numbers)
    return (0..<count).map { place in
      NetworkEvaluation.Outcome(
        predicted: Int(exactly: numbers[2 * place]) ?? -1, ahead: Int(exactly: numbers[2 * place + 1]) ?? 0)
    }
  }

  /// Returns whether any worker is to stop.
  func agree(isStopping: Bool) throws -> Bool { try group.greatest([isStopping ? 1 : 0])[0] > 0 }

  /// Returns rank 0's value on every worker.
  ///
  /// - Parameters:
  ///   - name: A name that each call has for itself.
  ///   - value: The value of rank 0; the others ignore theirs.
  func shared<Value: Codable>(_ name: String, _ value: Value) throws -> Value {
    if isFirst {
      try store.set("shared/\(name)", String(decoding: JSONEncoder().encode(value), as: UTF8.self))
    }
    // All have arrived, so rank 0 has stored it.
    _ = try group.sum([0])
    guard !isFirst, let text = try store.value(of: "shared/\(name)") else { return value }
    return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
  }

  /// Checks that several workers can train with the settings.
  ///
  /// - Throws: ``WorkerError/frozenBase``, ``WorkerError/tooManyWorkers(_:batchSize:)``.
  func check(_ settings: TrainingSettings) throws(WorkerError) {
    guard !settings.isBaseFrozen else { throw .frozenBase }
    guard settings.batchSize >= count else { throw .tooManyWorkers(count, batchSize: settings.batchSize) }
  }

  /// Checks that all workers have the same pictures.
  ///
  /// - Parameter fingerprint: A SHA-256 digest in hexadecimal of this worker's.
  /// - Throws: ``WorkerError/otherPictures(rank:)`` on all workers.
  func check(fingerprint: String) throws {
    let digests = (0..<count).map { rank in
      // Twelve hexadecimal digits are a whole number that Double holds exactly.
      rank == place.rank ? Double(Int(fingerprint.prefix(12), radix: 16) ?? 0) : 0
    }
    let all = try group.sum(digests)
    if let other = all.firstIndex(where: { $0 != all[0] }) { throw WorkerError.otherPictures(rank: other) }
  }
}
