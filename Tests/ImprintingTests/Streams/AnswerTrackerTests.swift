import Foundation
import Heads
import Imprinting
import Testing

@Suite("Answers of frames as events")
struct AnswerTrackerTests {
  private func answer(_ scores: [String: Float], isUnknown: Bool = false) throws -> Answer {
    struct Parts: Encodable {
      let isUnknown: Bool
      let classes: [Classification]
    }
    let classes = scores.sorted { $0.value > $1.value }.enumerated().map {
      Classification(id: $0, label: $1.key, score: $1.value)
    }
    return try JSONDecoder().decode(
      Answer.self, from: JSONEncoder().encode(Parts(isUnknown: isUnknown, classes: classes)))
  }

  /// Feeds a frame every 100 ms, and returns the names that are announced with the numbers of their frames.
  private func events(_ answers: [Answer], _ settings: AnswerTracker.Settings) -> [String] {
    var tracker = AnswerTracker(settings)
    var found: [String] = []
    for (number, answer) in answers.enumerated() {
      let (state, isAnnounced) = tracker.add(answer, at: .milliseconds(100 * number))
      if isAnnounced { found.append("\(number) \(state.name)") }
    }
    return found
  }

  @Test("Announces a class once it has held for the time, and again only after another one")
  func hold() throws {
    let (mug, cup) = (try answer(["mug": 1, "cup": 0]), try answer(["mug": 0, "cup": 1]))
    let settings = AnswerTracker.Settings(frames: 1, hold: .milliseconds(500))
    let answers = Array(repeating: mug, count: 10) + [cup, cup] + Array(repeating: mug, count: 10)
    #expect(events(answers, settings) == ["5 mug"])
    let changed = Array(repeating: mug, count: 10) + Array(repeating: cup, count: 10)
    #expect(events(changed, settings) == ["5 mug", "15 cup"])
    #expect(events([mug], .init(frames: 1, hold: .zero)) == ["0 mug"])
  }

  @Test("Averages the scores of the last frames, so that a single frame does not count")
  func smoothing() throws {
    let (mug, cup) = (try answer(["mug": 0.6, "cup": 0.4]), try answer(["mug": 0, "cup": 1]))
    var tracker = AnswerTracker(.init(frames: 4, hold: .zero, margin: 0))
    for _ in 0..<4 { _ = tracker.add(mug, at: .zero) }
    let (state, isAnnounced) = tracker.add(cup, at: .zero)
    #expect(!isAnnounced || state.label == "cup")
    // (0.4 · 3 + 1) / 4 = 0.55 against (0.6 · 3) / 4 = 0.45.
    #expect(state.label == "cup" && abs(state.score - 0.55) < 1e-5)
  }

  @Test("A class stays while another one is not better by the margin")
  func hysteresis() throws {
    let (one, other) = (try answer(["a": 0.52, "b": 0.48]), try answer(["a": 0.48, "b": 0.52]))
    let answers = (0..<20).map { $0.isMultiple(of: 2) ? one : other }
    #expect(events(answers, .init(frames: 1, hold: .zero, margin: 0.1)) == ["0 a"])
    #expect(events(answers, .init(frames: 1, hold: .zero, margin: 0)).count == 20)
  }

  @Test("A stream that is too short for any class to hold announces the class of its last frames at its end, once")
  func shortStreams() throws {
    let (mug, cup) = (try answer(["mug": 1, "cup": 0]), try answer(["mug": 0, "cup": 1]))
    var tracker = AnswerTracker(.init(frames: 3, hold: .seconds(1)))
    #expect(tracker.finish() == nil)
    for (number, answer) in [mug, cup, cup].enumerated() { _ = tracker.add(answer, at: .milliseconds(number)) }
    #expect(tracker.finish()?.label == "cup")
    #expect(tracker.finish() == nil)
    var held = AnswerTracker(.init(frames: 1, hold: .milliseconds(100)))
    for number in 0..<5 { _ = held.add(mug, at: .milliseconds(100 * number)) }
    _ = held.add(cup, at: .milliseconds(500))
    #expect(held.finish() == nil, "a class that did not hold is not announced beside one that did")
  }

  @Test("A source that is opened again begins anew: what was seen before the break does not count")
  func reset() throws {
    let (mug, cup) = (try answer(["mug": 1, "cup": 0]), try answer(["mug": 0, "cup": 1]))
    var tracker = AnswerTracker(.init(frames: 5, hold: .zero, margin: 0))
    for _ in 0..<5 { _ = tracker.add(mug, at: .zero) }
    tracker.reset()
    let (state, isAnnounced) = tracker.add(cup, at: .seconds(5))
    #expect(state.label == "cup" && state.score == 1 && isAnnounced)
  }

  @Test("Unknown is an answer, also where no class reaches the threshold")
  func unknown() throws {
    let (mug, nothing) = (try answer(["mug": 0.9]), try answer(["mug": 0.9], isUnknown: true))
    let answers = Array(repeating: mug, count: 5) + Array(repeating: nothing, count: 5)
    #expect(events(answers, .init(frames: 2, hold: .milliseconds(200))) == ["2 mug", "8 unknown"])
    let weak = Array(repeating: try answer(["mug": 0.4, "cup": 0.3]), count: 5)
    #expect(events(weak, .init(frames: 1, hold: .zero, threshold: 0.5)) == ["0 unknown"])
  }
}
