/// Turns the answers for frames into few events: the scores are averaged over the last frames, and a class is announced
/// when it has been the best for a while, and again only after another one was.
///
/// `unknown` is an answer like a class; its score is the share of the last frames that are unknown. A class that is
/// announced stays the best until another one is better by a margin, so two classes of equal scores do not alternate.
public struct AnswerTracker: Sendable {
  /// How answers are turned into events.
  public struct Settings: Sendable, Hashable {
    /// The number of frames over which scores are averaged, at least 1.
    public var frames: Int
    /// How long a class must be the best before it is announced.
    public var hold: Duration
    /// How much better than the announced class another one must be.
    public var margin: Float
    /// The least score of a class; below it the answer is unknown.
    public var threshold: Float

    /// Makes settings.
    public init(frames: Int = 5, hold: Duration = .milliseconds(500), margin: Float = 0.1, threshold: Float = 0) {
      self.frames = max(1, frames)
      self.hold = hold
      self.margin = margin
      self.threshold = threshold
    }
  }

  /// A class, or that the picture shows none.
  public struct State: Sendable, Hashable {
    /// The name of the class; nil for unknown.
    public let label: String?
    /// The mean of its scores over the last frames.
    public let score: Float

    /// The name to show.
    public var name: String { label ?? "unknown" }
  }

  private struct Held {
    var label: String?
    var since: Duration
  }

  private let settings: Settings
  private var recent: [[String?: Float]] = []
  private var candidate: Held?
  private var last: State?
  /// The class that was announced last; nil before the first one.
  public private(set) var announced: State?

  /// Makes a tracker that has seen no frame.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Takes the answer for a frame.
  ///
  /// - Parameters:
  ///   - answer: The answer, with all classes whose scores count.
  ///   - time: The time of the frame, which does not decrease.
  /// - Returns: The best class over the last frames, and whether it is announced with this frame.
  public mutating func add(_ answer: Answer, at time: Duration) -> (state: State, isAnnounced: Bool) {
    var scores: [String?: Float] = [:]
    if answer.isUnknown {
      scores[nil as String?] = 1
    } else {
      for found in answer.classes { scores[found.label, default: 0] += found.score }
    }
    recent.append(scores)
    if recent.count > settings.frames { recent.removeFirst() }
    let state = best()
    last = state
    if candidate == nil || candidate?.label != state.label { candidate = Held(label: state.label, since: time) }
    guard let candidate, time - candidate.since >= settings.hold, announced == nil || announced?.label != state.label
    else { return (state, false) }
    announced = state
    return (state, true)
  }

  /// Forgets the last frames, as when the source is opened again; the announced class stays.
  public mutating func reset() {
    recent = []
    candidate = nil
    last = nil
  }

  /// Ends the stream.
  ///
  /// - Returns: The best class over its last frames, which is announced now, if the stream was too short for any to
  ///   hold for the time; nil where a class was announced, or no frame came.
  public mutating func finish() -> State? {
    guard announced == nil, let last else { return nil }
    announced = last
    return last
  }

  private func best() -> State {
    var means: [String?: Float] = [:]
    for scores in recent {
      for (label, score) in scores { means[label, default: 0] += score / Float(recent.count) }
    }
    // Among equal scores the first name, so that the answer does not depend on the order of a dictionary.
    let best = means.max { ($0.value, $1.key ?? "") < ($1.value, $0.key ?? "") }
    guard var best else { return State(label: nil, score: 0) }
    if let announced, announced.label != best.key, let score = means[announced.label],
      best.value < score + settings.margin, announced.label == nil || score >= settings.threshold
    {
      best = (announced.label, score)
    }
    if best.key != nil, best.value < settings.threshold { return State(label: nil, score: means[nil as String?] ?? 0) }
    return State(label: best.key, score: best.value)
  }
}
