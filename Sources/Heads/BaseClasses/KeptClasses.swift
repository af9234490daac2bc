import ModelSurgery

/// How new classes are weighed against those of a base, from the new classes' training pictures alone.
///
/// A new class wins where θ − α D² is above the base's greatest logit, D² being the picture's distance to the nearest new
/// class. Distances are turned into logits by α = 1 / (0.2 σ), σ being the standard deviation of the training pictures' D²;
/// θ is what lets a share of the training pictures win, each left out:
///
///     θ = quantile of (greatest base logit + α D²) at that share
///
/// No picture of the base's classes is needed: where a new class wins is where its own pictures lie, and hardly a picture of
/// another kind lies there.
public struct KeptClasses: Sendable, Hashable {
  /// The share of training pictures that win over the base, where no other is asked for.
  ///
  /// With 17 flowers beside ImageNet's classes, from 5 and from 60 pictures each, 0.9 costs the base a half to one point
  /// of accuracy, 0.95 up to one and a half.
  public static let share = 0.9

  /// θ and α.
  let gate: ClassGate

  /// θ.
  public var offset: Float { gate.offset }
  /// α.
  public var slope: Float { gate.slope }

  /// Weighs new classes against a base's.
  ///
  /// - Parameters:
  ///   - familiarity: The new classes' distances, with those of the training pictures.
  ///   - baseLogits: The base's greatest logit, its softmax's factor included, for each picture of
  ///     ``Familiarity/training``, in their order; of the plain view.
  ///   - share: The share of training pictures that are to win, more than 0 and less than 1.
  /// - Throws: ``KeptClassesError``.
  /// - Complexity: O(n log n).
  public init(
    _ familiarity: Familiarity, baseLogits: [Float], share: Double = KeptClasses.share
  ) throws(KeptClassesError) {
    let training = familiarity.training
    guard !training.isEmpty, familiarity.deviation.isFinite, familiarity.deviation > 0 else { throw .tooFewPictures }
    guard training.count == baseLogits.count else {
      throw .misfit(logits: baseLogits.count, pictures: training.count)
    }
    guard share > 0, share < 1 else { throw .badShare(share) }
    let slope = 1 / (0.2 * familiarity.deviation)
    let levels = zip(training, baseLogits).map { Double($1) + slope * $0.distance }
    guard levels.allSatisfy(\.isFinite) else { throw .notFinite }
    do {
      gate = try ClassGate(offset: Float(Quantiles(levels)[share]), slope: Float(slope))
    } catch {
      throw .notFinite
    }
  }
}
