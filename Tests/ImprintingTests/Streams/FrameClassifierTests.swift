import Foundation
import Imprinting
import Inference
import Pictures
import Platform
import Synchronization
import TFLite
import TestMaterial
import Testing

@Suite("Frames on their way to a classifier")
struct FrameClassifierTests {
  private func frame(_ number: Int, source: Int = 0, grey: UInt8 = 0) throws -> Frame {
    let pixels = try PixelBuffer(width: 1, height: 1, format: .grey, bytes: [grey])
    return Frame(source: source, number: number, content: .pixels(pixels), time: .zero)
  }

  private func classifier() throws -> Classifier {
    try Classifier(model: SmallClassifier().model, execution: Execution(threads: 1))
  }

  private final class Answers: Sendable {
    let all = Mutex<[FrameClassifier.Answered]>([])

    func add(_ answer: FrameClassifier.Answered) { all.withLock { $0.append(answer) } }

    var numbers: [Int] { all.withLock { $0.map(\.frame.number) } }
  }

  @Test("Frames of a live source that are not taken in time are dropped and counted, the newest is kept")
  func newestFirst() async throws {
    let queue = FrameQueue(live: [true])
    for number in 1...20 { queue.put(try frame(number)) }
    queue.end(source: 0)
    let answers = Answers()
    try await FrameClassifier(classifier()).run(queue) { answers.add($0) }
    #expect(answers.numbers == [20])
    #expect(answers.all.withLock { $0.map(\.dropped) } == [19])
    #expect(queue.dropped(source: 0) == 19)
  }

  @Test("A classifier that was held up for a moment makes up for it, and a slow one gets the newest frame at each time")
  func heldUp() throws {
    let queue = FrameQueue(live: [true])
    // Five frames come at once, then one for each that is taken, and none is lost.
    for number in 1...5 { queue.put(try frame(number)) }
    for number in 6...40 {
      #expect(queue.take()?.frame.number == number - 5)
      queue.put(try frame(number))
    }
    #expect(queue.dropped(source: 0) == 0)
    // Three come for each that is taken: the wait does not last.
    var late: [Int] = []
    for number in 41...130 {
      queue.put(try frame(number))
      if number.isMultiple(of: 3), let taken = queue.take() { late.append(number - taken.frame.number) }
    }
    #expect(late.dropFirst(3).allSatisfy { $0 == 0 }, "\(late)")
    // Fast again: a moment's wait is made up for again.
    for number in 131...170 {
      queue.put(try frame(number))
      _ = queue.take()
    }
    let dropped = queue.dropped(source: 0)
    for number in 171...175 { queue.put(try frame(number)) }
    #expect(queue.take()?.frame.number == 171 && queue.dropped(source: 0) == dropped)
  }

  @Test("Every frame of other sources gets its answer, in order, with several workers", arguments: [1, 3])
  func inOrder(workers: Int) async throws {
    let queue = FrameQueue(live: [false, false])
    let frames = try (1...60).map { [try frame($0), try frame($0, source: 1)] }.flatMap { $0 }
    let feeding = Task.detached(executorPreference: BlockingExecutor()) {
      for frame in frames { queue.put(frame) }
      queue.end(source: 0)
      queue.end(source: 1)
    }
    let answers = Answers()
    try await FrameClassifier(classifier(), workers: workers).run(queue) { answers.add($0) }
    await feeding.value
    for source in 0...1 {
      #expect(answers.all.withLock { $0.filter { $0.frame.source == source }.map(\.frame.number) } == Array(1...60))
    }
  }

  @Test("A frame gets the answer that its pixels get alone; a damaged one is an answer with its error")
  func answers() async throws {
    let queue = FrameQueue(live: [false])
    queue.put(try frame(1, grey: 200))
    queue.put(Frame(source: 0, number: 2, content: .encoded(Bytes([1, 2, 3])), time: .zero))
    queue.end(source: 0)
    let answers = Answers()
    let classifier = try classifier()
    try await FrameClassifier(classifier).run(queue) { answers.add($0) }
    let found = answers.all.withLock { $0.map(\.result) }
    #expect(found.count == 2)
    let alone = try await classifier.classify(PixelBuffer(width: 1, height: 1, format: .grey, bytes: [200]))
    #expect(try found[0].get() == alone)
    #expect(throws: PictureError.self) { try found[1].get() }
  }

  @Test("The end of the task, and an error of the receiver, end the work and the waiting of the source")
  func ends() async throws {
    struct Enough: Error {}
    let queue = FrameQueue(live: [false])
    let frames = try (1...50).map { try frame($0) }
    let feeding = Task.detached(executorPreference: BlockingExecutor()) { frames.map { queue.put($0) }.contains(false) }
    await #expect(throws: Enough.self) { try await FrameClassifier(classifier()).run(queue) { _ in throw Enough() } }
    #expect(await feeding.value)
    let other = FrameQueue(live: [true])
    let work = Task { try await FrameClassifier(try classifier()).run(other) { _ in } }
    try await Task.sleep(for: .milliseconds(100))
    work.cancel()
    await #expect(throws: CancellationError.self) { try await work.value }
  }

  @Test("Near-identical frames have a small distance, others a great one")
  func fingerprints() throws {
    func picture(_ seed: Int, noise: Int) throws -> Frame {
      let pixels = (0..<64 * 64).map { place -> UInt8 in
        let stripe = place / 64 / 8 % 2 == seed ? 40 : 200
        return UInt8(stripe + (place &* 31 % (noise + 1)))
      }
      let buffer = try PixelBuffer(width: 64, height: 64, format: .grey, bytes: pixels)
      return Frame(source: 0, number: 1, content: .pixels(buffer), time: .zero)
    }
    let fingerprint = try FrameFingerprint.Maker()
    let first = try fingerprint(picture(0, noise: 0))
    #expect(first.distance(to: first) == 0)
    #expect(first.distance(to: try fingerprint(picture(0, noise: 6))) < FrameFingerprint.usualDistance)
    #expect(first.distance(to: try fingerprint(picture(1, noise: 0))) > 0.3)
  }

  @Test("The size of a frame is that of its view")
  func sizes() throws {
    let buffer = try PixelBuffer(width: 40, height: 20, format: .grey, bytes: Array(repeating: 0, count: 800))
    let frame = Frame(source: 0, number: 1, content: .pixels(buffer), time: .zero)
    #expect(try frame.size() == (40, 20))
    let window = PictureWindow(x: 0, y: 0, width: 0.5, height: 0.5)
    #expect(try frame.size(view: PictureView(quarterTurns: 1, window: window)) == (10, 20))
  }
}
