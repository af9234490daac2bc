import Heads
import Inference
import ModelSurgery
public import Pictures
import Platform
import Synchronization

/// Classifies frames as they come, on threads of its own, and delivers the answers in the order of the frames.
///
/// ```swift
/// let queue = FrameQueue(live: [true])
/// async let work: Void = FrameClassifier(classifier).run(queue) { print($0.result) }
/// queue.put(Frame(source: 0, number: 1, content: .pixels(buffer), time: .zero))
/// queue.end(source: 0)
/// try await work
/// ```
public struct FrameClassifier: Sendable {
  /// The answer for a frame.
  public struct Answered: Sendable {
    /// The frame.
    public let frame: Frame
    /// The answer, or the error if the frame cannot be decoded.
    public let result: Result<Answer, PictureError>
    /// The time from the frame's arrival to the answer.
    public let latency: Duration
    /// The number of frames of this source that were dropped before this one.
    public let dropped: Int
  }

  private let classifier: Classifier
  private let views: [PictureView]
  private let topK: Int
  private let workers: Int

  /// Makes a classifier of frames.
  ///
  /// - Parameters:
  ///   - classifier: The classifier.
  ///   - views: The part of each source's frames to classify; sources without one show all.
  ///   - topK: The greatest number of classes in an answer, at least 1.
  ///   - workers: The number of frames that are classified at a time, each on one thread; 1 classifies one after the other on
  ///     all threads of the classifier, which has the least latency.
  public init(_ classifier: Classifier, views: [PictureView] = [], topK: Int = 3, workers: Int = 1) {
    self.classifier = classifier
    self.views = views
    self.topK = max(1, topK)
    self.workers = max(1, workers)
  }

  /// Classifies frames until all sources of a queue have ended.
  ///
  /// - Parameters:
  ///   - queue: The queue.
  ///   - deliver: Called with each answer, in the order in which the frames were taken, never at the same time, on the threads
  ///     of the work. If it throws, the queue is closed.
  /// - Throws: The errors of `deliver`, `LiteRTError`, and `CancellationError`.
  public func run(_ queue: FrameQueue, deliver: @escaping @Sendable (Answered) throws -> Void) async throws {
    let instances = try classifier.runner.instances(workers, by: classifier.reader) {
      [output = classifier.runner.output] in
      output.values($0)
    }
    defer { for instance in instances { instance.giveBack() } }
    let order = DeliveryOrder(deliver)
    try await withTaskCancellationHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for instance in instances {
          group.addTask(executorPreference: BlockingExecutor()) {
            do {
              try work(on: queue, by: instance, order: order)
            } catch {
              queue.close()
              throw error
            }
          }
        }
        try await group.waitForAll()
      }
    } onCancel: {
      queue.close()
    }
    try Task.checkCancellation()
  }

  private func work(
    on queue: FrameQueue, by instance: ModelRunner.Instance<[Float]>, order: DeliveryOrder
  ) throws {
    while let (frame, place, dropped) = queue.take() {
      let view = views.indices.contains(frame.source) ? views[frame.source] : .whole
      let result = try instance(frame.item(view: view)).map { classifier.answer(views: $0, topK: topK) }
      try order.deliver(
        Answered(frame: frame, result: result, latency: .now - frame.arrival, dropped: dropped), at: place)
    }
  }
}

/// Puts answers from several threads in order.
private final class DeliveryOrder: Sendable {
  private struct State {
    var next = 0
    var waiting: [Int: FrameClassifier.Answered] = [:]
  }

  private let state = Mutex(State())
  private let make: @Sendable (FrameClassifier.Answered) throws -> Void

  init(_ make: @escaping @Sendable (FrameClassifier.Answered) throws -> Void) { self.make = make }

  /// Delivers an answer, and those after it that wait for it.
  func deliver(_ answer: FrameClassifier.Answered, at place: Int) throws {
    try state.withLock { state in
      state.waiting[place] = answer
      while let next = state.waiting.removeValue(forKey: state.next) {
        state.next += 1
        try make(next)
      }
    }
  }
}
