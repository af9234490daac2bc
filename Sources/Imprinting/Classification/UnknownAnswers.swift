import Inference
import Heads

/// When a classifier answers that a picture shows none of its classes.
public enum UnknownAnswers: Sendable, Hashable {
  /// As the file says: at the rate at which it was taught, where it was taught to.
  case asTaught
  /// At a rate of one's own: the share, from 0 to less than 1, of pictures of the taught classes that may be called
  /// unknown. The higher, the fewer strange pictures get the name of a class.
  case atRate(Double)
  /// Never: every picture gets the names of classes.
  case never
}
