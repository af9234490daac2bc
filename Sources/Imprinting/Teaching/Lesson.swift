import Heads
public import Pictures

/// What a teacher has learnt from a set of pictures.
public struct Lesson: Sendable {
  /// A class that was taught.
  public struct TaughtClass: Sendable, Hashable, Codable {
    /// Its id in the model.
    public let id: Int
    /// Its name.
    public let label: String
    /// The number of pictures that it learnt from in this lesson.
    public let pictures: Int
    /// Whether it had been taught before.
    public let isContinued: Bool
  }

  /// The classes, in the order in which they were taught.
  public internal(set) var classes: [TaughtClass] = []
  /// Names of classes of which no picture could be read: they were left out.
  public internal(set) var emptyClasses: [String] = []
  /// Why pictures could not be read.
  public internal(set) var skipped: [PictureError] = []

  /// The number of pictures in the lesson.
  public var pictures: Int { classes.reduce(0) { $0 + $1.pictures } }
}

/// A step of learning, in the order in which they happen; see ``Teacher/events(learning:strict:keepsPartial:profile:)``.
public enum LearningEvent: Sendable {
  /// So many pictures of the total are done.
  case progress(done: Int, total: Int)
  /// The lesson is over: the last event.
  case learnt(Lesson)
}
