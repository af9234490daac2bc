public import Heads
public import Inference
public import Pictures
import Platform
import Synchronization
import TFLite

/// Runs the network on frames that several callers bring, on one thread a core. Frames of cameras go before other pictures.
///
/// ```swift
/// let embedder = try LiveEmbedder(extractor)
/// let picture = try await embedder.embed(frame, named: "1", urgent: true)
/// ```
///
/// No more frames are decoded at a time than there are threads; the others wait in the order in which they came.
public final class LiveEmbedder: Sendable {
  /// The network.
  public let extractor: Extractor

  private struct Worker: Sendable {
    let instance: ModelRunner.Instance<[UInt8]>
    let executor = BlockingExecutor()
  }

  private struct State {
    var free: [Worker] = []
    var urgent: [CheckedContinuation<Worker, Never>] = []
    var waiting: [CheckedContinuation<Worker, Never>] = []
  }

  private let state = Mutex(State())
  private let all: [Worker]

  /// Takes threads for a network.
  ///
  /// - Parameters:
  ///   - extractor: The network.
  ///   - workers: The number of frames that are embedded at a time.
  /// - Throws: `LiteRTError`.
  public init(_ extractor: Extractor, workers: Int) throws {
    self.extractor = extractor
    // One instance alone would have all threads.
    all = try extractor.instances(max(2, workers)).map { Worker(instance: $0) }
    state.withLock { $0.free = all }
  }

  deinit { for worker in all { worker.instance.giveBack() } }

  /// Embeds a frame.
  ///
  /// - Parameters:
  ///   - frame: The frame.
  ///   - view: The part of the frame to see.
  ///   - name: The name of the picture.
  ///   - urgent: Whether the frame goes before those that are not urgent.
  /// - Throws: `PictureError`, `LiteRTError`.
  public func embed(
    _ frame: Frame, view: PictureView = .whole, named name: String, urgent: Bool
  ) async throws -> EmbeddedPicture {
    let worker = await take(urgent: urgent)
    defer { giveBack(worker) }
    let item = PictureItem(name: name, frame.itemContent, view: view)
    let views = try await withTaskExecutorPreference(worker.executor) { try worker.instance(item).get() }
    return EmbeddedPicture(name: name, embeddings: Bytes(Array(views.joined())))
  }

  private func take(urgent: Bool) async -> Worker {
    await withCheckedContinuation { continuation in
      let free = state.withLock { state -> Worker? in
        if let worker = state.free.popLast() { return worker }
        if urgent { state.urgent.append(continuation) } else { state.waiting.append(continuation) }
        return nil
      }
      if let free { continuation.resume(returning: free) }
    }
  }

  private func giveBack(_ worker: Worker) {
    let next = state.withLock { state -> CheckedContinuation<Worker, Never>? in
      if !state.urgent.isEmpty { return state.urgent.removeFirst() }
      if !state.waiting.isEmpty { return state.waiting.removeFirst() }
      state.free.append(worker)
      return nil
    }
    next?.resume(returning: worker)
  }
}
