/// Why new classes cannot be weighed against those of a base.
public enum KeptClassesError: Error, Sendable, Hashable {
  /// No class has two pictures, or all of them are the same: there is no telling how far a class reaches.
  case tooFewPictures
  /// The method says nothing of distances.
  case noDistances
  /// Another number of logits than of pictures.
  case misfit(logits: Int, pictures: Int)
  /// A share that is not within 0 and 1.
  case badShare(Double)
  /// A logit or a distance that is infinite or none (NaN).
  case notFinite
}

extension KeptClassesError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewPictures:
      """
      how far the new classes reach cannot be told from one picture a class, and so not where the model's own classes \
      begin: give two or more pictures a class, or do not keep the model's classes
      """
    case .noDistances:
      """
      this method does not say how far a picture is from the new classes, which keeping the model's classes needs: take \
      the analytic one, or do not keep them
      """
    case .misfit(let logits, let pictures): "there are logits of \(logits) pictures and distances of \(pictures)"
    case .badShare(let share): "the share of pictures that new classes win is \(share); it must be within 0 and 1"
    case .notFinite: "a logit of the model, or a distance, is infinite or none (NaN)"
    }
  }
}
