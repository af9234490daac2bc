/// A way for new classes to come to a trained base.
public enum ExperimentMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// Random rows beside those of the base's classes, then fine-tuning on all classes.
  case random = "random, tuned"
  /// A new row is the direction of the sum of its pictures' embeddings.
  case imprinted
  /// The same, with random parts of the pictures, mirrored or not, in the sum.
  case varied = "imprinted, varied"
  /// Imprinted rows, then fine-tuning on all classes.
  case fineTuned = "imprinted, tuned"
  /// The head that is solved for in closed form, on the pictures of all classes.
  case analytic
}
