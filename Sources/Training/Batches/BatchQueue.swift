import Dispatch
import Synchronization

/// Reads the pictures of batches on its own threads and delivers the batches in order.
///
/// No method waits: whenever a picture is finished or a batch is delivered, the queue starts the work that has become possible.
/// Reading therefore neither blocks nor needs a thread of Swift's cooperative pool.
final class BatchQueue: Sendable {
  private typealias Taker = CheckedContinuation<Batch?, any Error>

  /// A batch that is being read, or waits for delivery.
  private struct Work {
    let batch: Batch
    let memory: BatchMemory
    /// The number of pictures that are not yet read.
    var missing: Int
    /// The error of the unreadable picture with the lowest place in the batch.
    var failure: (place: Int, error: any Error)?
  }

  /// A picture to read.
  private struct Piece {
    let worker: Int
    /// The number of the batch, counted from the queue's first batch.
    let turn: Int
    let place: Int
    let index: Int32
    let epoch: Int
    let memory: BatchMemory
  }

  private struct State {
    var idle: [Int]
    var works: [Int: Work] = [:]
    /// The batch and the place of the next picture to read.
    var nextRead = (turn: 0, place: 0)
    /// The next batch to deliver.
    var turn = 0
    var takers: [Taker] = []
    /// The error that ended the queue.
    var end: (any Error)?
    var order: (epoch: Int, indices: [Int32])?
  }

  /// The actions to perform after the lock is released.
  private struct Actions {
    var pieces: [Piece] = []
    var handovers: [(Taker, Result<Batch?, any Error>)] = []
  }

  private let loader: BatchLoader
  private let epochs: Range<Int>
  private let first: Int
  private let total: Int
  private let ahead: Int
  // Serial queues: each gets a thread when it needs one, no matter how many threads are busy elsewhere.
  private let workers: [DispatchQueue]
  private let state: Mutex<State>

  init(_ loader: BatchLoader, epochs: Range<Int>, from first: Int, ahead: Int) {
    self.loader = loader
    self.epochs = epochs
    self.first = max(0, first)
    let (all, overflow) = epochs.count.multipliedReportingOverflow(by: loader.batchesPerEpoch)
    total = max(0, (overflow ? .max : all) - self.first)
    self.ahead = max(1, ahead)
    workers = (0..<loader.threads).map { DispatchQueue(label: "imprint.pictures.\($0)") }
    state = Mutex(State(idle: Array(0..<loader.threads)))
  }

  /// Starts reading.
  func start() { act { _ in } }

  /// Delivers the next batch to a continuation as soon as it is ready.
  func take(_ taker: CheckedContinuation<Batch?, any Error>) { act { state in state.takers.append(taker) } }

  /// Stops the queue; present and later callers receive a `CancellationError`.
  func stop() { act { state in state.end = state.end ?? CancellationError() } }

  /// Changes the state and starts the work that the change allows.
  private func act(_ change: (inout State) -> Void) {
    let actions = state.withLock { state in
      var actions = Actions()
      change(&state)
      handOver(&state, &actions)
      begin(&state, &actions)
      return actions
    }
    for (taker, result) in actions.handovers { taker.resume(with: result) }
    for piece in actions.pieces { workers[piece.worker].async { self.read(piece) } }
  }

  private func handOver(_ state: inout State, _ actions: inout Actions) {
    while let taker = state.takers.first {
      if let end = state.end {
        actions.handovers.append((taker, .failure(end)))
      } else if state.turn >= total {
        actions.handovers.append((taker, .success(nil)))
      } else if let work = state.works[state.turn], work.missing == 0 {
        if let failure = work.failure {
          state.end = failure.error
          continue
        }
        state.works[state.turn] = nil
        state.turn += 1
        actions.handovers.append((taker, .success(work.batch)))
      } else {
        break
      }
      state.takers.removeFirst()
    }
    if state.end != nil { state.works = [:] }
  }

  private func begin(_ state: inout State, _ actions: inout Actions) {
    while state.end == nil, state.nextRead.turn < total, state.nextRead.turn - state.turn < ahead,
      let worker = state.idle.popLast()
    {
      let (turn, place) = state.nextRead
      let work = state.works[turn] ?? work(of: turn, &state)
      state.works[turn] = work
      actions.pieces.append(
        Piece(
          worker: worker, turn: turn, place: place, index: work.batch.indices[place], epoch: work.batch.epoch,
          memory: work.memory))
      state.nextRead = place + 1 < work.batch.count ? (turn, place + 1) : (turn + 1, 0)
    }
  }

  /// Returns a batch whose pictures have not been read yet.
  private func work(of turn: Int, _ state: inout State) -> Work {
    let batch = first + turn
    let epoch = epochs.lowerBound + batch / loader.batchesPerEpoch
    let number = batch % loader.batchesPerEpoch
    if state.order?.epoch != epoch { state.order = (epoch, loader.order(epoch: epoch)) }
    let rest = state.order?.indices.dropFirst(number * loader.batchSize) ?? []
    let whole = rest.prefix(loader.batchSize)
    let places = loader.share.places(batchSize: whole.count)
    let indices = Array(whole.dropFirst(places.lowerBound).prefix(places.count))
    let memory = BatchMemory(count: indices.count * loader.pictureBytes)
    let labels = indices.map { Int32(truncatingIfNeeded: loader.data.examples[Int($0)].label) }
    let made = Batch(
      epoch: epoch, number: number, side: loader.side, labels: labels, indices: indices, memory: memory)
    return Work(batch: made, memory: memory, missing: indices.count)
  }

  private func read(_ piece: Piece) {
    let size = loader.pictureBytes
    let pixels = UnsafeMutableRawBufferPointer(
      rebasing: piece.memory.bytes[piece.place * size..<(piece.place + 1) * size])
    let failure: (any Error)?
    do {
      try loader.read(piece.index, epoch: piece.epoch, into: pixels)
      failure = nil
    } catch {
      failure = error
    }
    act { state in
      state.idle.append(piece.worker)
      guard var work = state.works.removeValue(forKey: piece.turn) else { return }
      work.missing -= 1
      if let failure, piece.place < work.failure?.place ?? .max { work.failure = (piece.place, failure) }
      state.works[piece.turn] = work
    }
  }
}
