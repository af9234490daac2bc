public import ModelSurgery
public import Platform

extension BaseClassCalibration {
  /// The default share of the training pictures that must score above all base classes.
  ///
  /// With 17 flowers added to ImageNet's classes, from 5 and from 60 pictures each, 0.9 lowers the accuracy on the base
  /// classes by 0.5 to 1 percentage point, 0.95 by up to 1.5.
  public static let share = 0.9

  /// Calibrates new classes against the base classes, from the training pictures of the new classes alone.
  ///
  /// A new class wins where θ − α D² is above the greatest logit of the base classes. D² is the squared distance of the
  /// picture to the nearest new class. α = 1 / (0.2 σ) turns distances into logits, where σ is the standard deviation of
  /// D² over the training pictures. θ is chosen so that the given share of the training pictures wins in leave-one-out:
  ///
  ///     θ = quantile of (greatest base logit + α D²) at that share
  ///
  /// This needs no pictures of the base classes: a new class wins close to its own pictures, where hardly any other
  /// picture is.
  ///
  /// - Parameters:
  ///   - novelty: The novelty score of the new classes, with the distances of the training pictures.
  ///   - baseLogits: The greatest base logit for the plain view of each picture of `NoveltyScore/training`, in the
  ///     same order, multiplied by the factor of the base model's softmax.
  ///   - share: The share of the training pictures that win, more than 0 and less than 1.
  /// - Throws: ``BaseClassCalibrationError``.
  /// - Complexity: O(n log n).
  public init(
    _ novelty: NoveltyScore, baseLogits: [Float], share: Double = BaseClassCalibration.share
  ) throws(BaseClassCalibrationError) {
    let training = novelty.training
    guard !training.isEmpty else { throw .tooFewPictures }
    guard training.count == baseLogits.count else { throw .misfit(logits: baseLogits.count, pictures: training.count) }
    guard share > 0, share < 1 else { throw .badShare(share) }
    let slope = 1 / (0.2 * novelty.deviation)
    let levels = zip(training, baseLogits).map { Double($1) + slope * $0.distance }
    guard levels.allSatisfy(\.isFinite) else { throw .notFinite }
    do throws(SurgeryError) {
      try self.init(offset: Float(Quantiles(levels)[share]), slope: Float(slope))
    } catch {
      throw .notFinite
    }
  }
}

/// Why new classes cannot be calibrated against base classes.
public struct BaseClassCalibrationError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case tooFewPictures, noDistances, misfit, badShare, notFinite
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

extension BaseClassCalibrationError {
  /// No class has two pictures, or all its pictures are equal.
  public static let tooFewPictures = Self(
    .tooFewPictures,
    "with one picture per class, the new classes cannot be calibrated against the model's own classes",
    remedy: "give two or more pictures per class, or do not keep the model's classes")

  /// The method computes no novelty score.
  public static let noDistances = Self(
    .noDistances, "keeping the model's classes needs distances to the new classes, which this method does not compute",
    remedy: "use the analytic method, or do not keep the model's classes")

  /// The number of logits differs from the number of pictures.
  public static func misfit(logits: Int, pictures: Int) -> Self {
    Self(.misfit, "there are logits for \(logits) pictures, but distances for \(pictures)")
  }

  /// The share is not between 0 and 1.
  public static func badShare(_ share: Double) -> Self {
    Self(
      .badShare, "the share of the training pictures that must score above the base classes is \(share)",
      remedy: "it must be more than 0 and less than 1")
  }

  /// A logit or a distance is not finite.
  public static let notFinite = Self(.notFinite, "a base logit or a distance is infinite or not a number (NaN)")
}
