/// What the features of a classifier are like on the pictures that it is for: what no weight says.
///
/// Which class wins does not depend on it in a float tail. The scores' sharpness does, and so does the balance between the
/// base's classes and those that are taught beside them.
public struct HeadCalibration: Sendable, Hashable {
  /// ‖f‖, the length of a picture's feature vector, on average.
  public let featureNorm: Float
  /// The greatest logit of a picture, on average.
  public let topLogit: Float

  /// Numbers that were measured.
  ///
  /// - Throws: ``SurgeryError/unsuitable(tensor:because:)`` when one is not finite, or the length not positive.
  public init(featureNorm: Float, topLogit: Float) throws(SurgeryError) {
    guard featureNorm.isFinite, featureNorm > 0, topLogit.isFinite else {
      throw .unsuitable(
        tensor: "of the features",
        because: "on the pictures its mean length is \(featureNorm) and the mean of the greatest logits \(topLogit)")
    }
    self.featureNorm = featureNorm
    self.topLogit = topLogit
  }

  /// Numbers that are known to be sound.
  init(measuredNorm: Float, measuredLogit: Float) {
    featureNorm = measuredNorm
    topLogit = measuredLogit
  }

  /// An estimate without a picture.
  ///
  /// With w the mean length of the head's rows: where the logits are quantised, their greatest representable value m is
  /// the greatest that training saw, and ‖f‖ ≈ 2.2 m / w, top logit ≈ 0.65 m. Otherwise features are taken to have a mean
  /// square of 1: ‖f‖ ≈ √D, top logit ≈ 0.28 w √D. On four MobileNets the measured lengths are 0.6 to 1.2 times the first
  /// estimate.
  public init(estimating head: ClassifierHead) {
    let dimension = head.dimension
    let lengths = (0..<head.classCount).reduce(0 as Float) { sum, row in
      let elements = head.weights[row * dimension..<(row + 1) * dimension]
      return sum + elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let length = lengths / Float(head.classCount)
    var norm = Float(dimension).squareRoot()
    var top = 0.28 * length * norm
    if let greatest = head.logitRange?.upperBound, greatest > 0, (greatest / length).isFinite {
      norm = 2.2 * greatest / length
      top = 0.65 * greatest
    }
    featureNorm = norm
    topLogit = top.isFinite ? top : 0
  }
}
