import Inference
import Heads
import Pictures

/// What a teacher took in from a set of pictures.
public struct Lesson: Sendable {
  /// A class that was taught.
  public struct TaughtClass: Sendable, Hashable, Codable {
    /// Its id in the model.
    public let id: Int
    /// Its name.
    public let label: String
    /// How many pictures it learnt from this time.
    public let pictures: Int
    /// Whether it went on with a class that was imprinted before.
    public let isContinued: Bool
  }

  /// The classes, in the order in which they were taught.
  public internal(set) var classes: [TaughtClass] = []
  /// Names of classes of which no picture could be read: they were left out.
  public internal(set) var emptyClasses: [String] = []
  /// Pictures that could not be read, and why.
  public internal(set) var skipped: [PictureError] = []

  /// How many pictures were learnt from.
  public var pictures: Int { classes.reduce(0) { $0 + $1.pictures } }
}
