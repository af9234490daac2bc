import Heads
public import Inference
public import Pictures

/// The result of teaching classes from a set of pictures.
public struct Lesson: Sendable {
  /// A class that was taught.
  public struct TaughtClass: Sendable, Hashable, Codable {
    /// Its id in the model.
    public let id: Int
    /// Its name.
    public let label: String
    /// The number of its pictures in this lesson; copies of a picture count once.
    public let pictures: Int
    /// Whether it was already taught before this lesson.
    public let isContinued: Bool
  }

  /// The classes, in the order in which they were taught.
  public internal(set) var classes: [TaughtClass] = []
  /// The names of the classes that were left out because none of their pictures could be read.
  public internal(set) var emptyClasses: [String] = []
  /// An error for each picture that could not be read.
  public internal(set) var skipped: [PictureError] = []

  /// The number of pictures that were copies of others of their class in this lesson, and did not count.
  public internal(set) var copies = 0
  /// How many embeddings came from a cache; nil without one.
  public internal(set) var cacheUse: EmbeddingCache.Use?

  /// The number of pictures in the lesson.
  public var pictures: Int { classes.reduce(0) { $0 + $1.pictures } }
}

/// An event while a teacher learns; see ``Teacher/events(learning:strict:keepsPartial:profile:)``.
public enum LearningEvent: Sendable {
  /// `done` of `total` pictures are done.
  case progress(done: Int, total: Int)
  /// The lesson is complete. This is the last event.
  case learnt(Lesson)
}
