public import ModelSurgery
public import Platform

extension BaseClassCalibration {
  /// The default share of the training pictures that win over the base classes.
  ///
  /// With 17 flowers beside ImageNet's classes, from 5 and from 60 pictures each, 0.9 costs the base a half to one point
  /// of accuracy, 0.95 up to one and a half.
  public static let share = 0.9

  /// Calibrates new classes against those of a base, from the training pictures of the new classes alone.
  ///
  /// A new class wins where θ − α D² is above the base's greatest logit, D² being the picture's distance to the nearest
  /// new class. α = 1 / (0.2 σ) turns distances into logits, σ being the standard deviation of D² over the training
  /// pictures. θ lets a share of the training pictures win, each left out:
  ///
  ///     θ = quantile of (greatest base logit + α D²) at that share
  ///
  /// No picture of the base classes is needed: a new class wins where its own pictures lie, and hardly any other picture
  /// lies there.
  ///
  /// - Parameters:
  ///   - novelty: The distances to the new classes, with those of the training pictures.
  ///   - baseLogits: The base's greatest logit for the plain view of each picture of ``NoveltyScore/training``, in the
  ///     same order, with the factor of the base's softmax.
  ///   - share: The share of the training pictures that win, more than 0 and less than 1.
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

/// Why new classes cannot be calibrated against those of a base.
public struct BaseClassCalibrationError: DescribedError {
  /// What distinguishes the errors.
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
  /// No class has two pictures, or all of them are equal.
  public static let tooFewPictures = Self(
    .tooFewPictures,
    "one picture a class does not tell how far the new classes reach, and so not where the model's own classes begin",
    remedy: "give two or more pictures a class, or do not keep the model's classes")

  /// The method gives no novelty score.
  public static let noDistances = Self(
    .noDistances, "this method gives no distances to the new classes, which keeping the model's classes needs",
    remedy: "use the analytic method, or do not keep the model's classes")

  /// The numbers of logits and of pictures differ.
  public static func misfit(logits: Int, pictures: Int) -> Self {
    Self(.misfit, "there are logits of \(logits) pictures and distances of \(pictures)")
  }

  /// The share is not within 0 and 1.
  public static func badShare(_ share: Double) -> Self {
    Self(
      .badShare, "the share of the training pictures that win over the base classes is \(share)",
      remedy: "it must be more than 0 and less than 1")
  }

  /// A logit or a distance is not finite.
  public static let notFinite = Self(.notFinite, "a logit of the base or a distance is infinite or NaN")
}
