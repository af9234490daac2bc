public import TFLite

/// The distance of a picture from all learned classes: the squared Mahalanobis distance of its features z to the
/// nearest class mean, and the score u that is computed from it. The lower u, the more novel the picture.
///
/// With y = z − μ and the metric A⁻¹ stored as (I − Σⱼ sⱼ uⱼ uⱼᵀ) / λ, exact along the r directions u and 1/λ in all others:
///
///     zz   = (‖y‖² − Σⱼ sⱼ (uⱼ·y)²) / λ
///     D²ₖ  = zz − 2 wₖ·y + qₖ                 wₖ = A⁻¹ (mₖ − μ), qₖ = (mₖ − μ)·wₖ
///     D²   = minₖ D²ₖ
///     p    = maxₖ wₖ·y / qₖ                   1 at a class mean, 0 at μ; 0 with one class
///     u    = 10 p − D² / σ
///
/// In a model's graph all numbers are 32-bit floats.
public struct NoveltyScore: Sendable, Hashable {
  /// D² and p of a picture.
  public struct Value: Sendable, Hashable {
    /// D².
    public let distance: Double
    /// p.
    public let projection: Double

    /// Creates a picture's values.
    public init(distance: Double, projection: Double) {
      self.distance = distance
      self.projection = projection
    }
  }

  /// The factor of p in u.
  public static let projectionFactor: Float = 10

  /// μ: `[D]`.
  public let mean: [Float]
  /// u: `[r, D]`, unit vectors.
  public let directions: [Float]
  /// s: `[r]`, each from 0 to 1.
  public let shares: [Float]
  /// λ.
  public let lambda: Double
  /// w: `[N, D]`.
  public let discriminants: [Float]
  /// q: `[N]`.
  public let lengths: [Float]
  /// σ: the standard deviation of the leave-one-out D² of the training pictures.
  public let deviation: Double
  /// The leave-one-out values of the training pictures, in the order of the leave-one-out results.
  public let training: [Value]
  /// The classes taught from fewer than ``leastPictures`` pictures, ascending. No threshold of u is honest for their pictures.
  public let smallClasses: [Int]

  /// The fewest pictures of a class from which a threshold can be found: three.
  public static let leastPictures = 3

  /// Creates a score.
  ///
  /// - Parameters:
  ///   - mean: μ: `[D]`.
  ///   - directions: u: `[r, D]`, unit vectors.
  ///   - shares: s: `[r]`.
  ///   - lambda: λ.
  ///   - discriminants: w: `[N, D]`.
  ///   - lengths: q: `[N]`.
  ///   - deviation: σ; 1 if only D² is needed.
  ///   - training: The leave-one-out values of the training pictures.
  ///   - smallClasses: The classes taught from fewer than ``leastPictures`` pictures, ascending.
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` if the numbers do not fill the rows or are not all finite, a
  ///   share is not within 0 and 1, λ or σ is not positive as a 32-bit float, or there are several classes and no q is
  ///   positive.
  public init(
    mean: [Float], directions: [Float], shares: [Float], lambda: Double, discriminants: [Float], lengths: [Float],
    deviation: Double = 1, training: [Value] = [], smallClasses: [Int] = []
  ) throws(SurgeryError) {
    let refusal = { (because: String) in SurgeryError.badNumbers(of: "the novelty score", because: because) }
    let dimension = mean.count
    let rows = dimension.multipliedReportingOverflow(by: shares.count)
    let classes = dimension.multipliedReportingOverflow(by: lengths.count)
    guard dimension > 0, !lengths.isEmpty, !rows.overflow, !classes.overflow, directions.count == rows.partialValue,
      discriminants.count == classes.partialValue
    else {
      throw refusal(
        "\(directions.count) elements of \(shares.count) directions and \(discriminants.count) of \(lengths.count) "
          + "classes do not form rows of \(dimension)")
    }
    guard [mean, directions, discriminants, lengths].allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw refusal("a number is infinite or NaN")
    }
    guard shares.allSatisfy({ (0...1).contains($0) }), Self.isPositive(lambda),
      lengths.count == 1 || lengths.contains(where: { $0 > 0 && (1 / $0).isFinite })
    else { throw refusal("its metric is not positive") }
    guard smallClasses.allSatisfy(lengths.indices.contains), zip(smallClasses, smallClasses.dropFirst()).allSatisfy(<)
    else { throw refusal("its small classes are not classes in ascending order") }
    guard Self.isPositive(deviation) else { throw refusal("the standard deviation of its distances is \(deviation)") }
    self.mean = mean
    self.directions = directions
    self.shares = shares
    self.lambda = lambda
    self.discriminants = discriminants
    self.lengths = lengths
    self.deviation = deviation
    self.training = training
    self.smallClasses = smallClasses
  }

  /// D, the number of features.
  public var dimension: Int { mean.count }
  /// N, the number of classes.
  public var classCount: Int { lengths.count }

  /// Returns u = 10 p − D² / σ.
  public func value(distance: Double, projection: Double) -> Double {
    Double(Self.projectionFactor) * projection - distance / deviation
  }

  /// Returns u of features: what a model with the score appends to its scores, within rounding. NaN if there are not D features.
  ///
  /// - Complexity: O((r + N) D).
  public func value(of features: [Double]) -> Float {
    guard features.count == dimension else { return .nan }
    let centred = zip(features, mean).map { $0 - Double($1) }
    var length = centred.reduce(0) { $0 + $1 * $1 }
    for (along, share) in zip(products(directions, centred), shares) { length -= Double(share) * along * along }
    var gain = -Double.infinity
    var projection = Double(undirectedProjection)
    for (product, length) in zip(products(discriminants, centred), lengths) {
      gain = max(gain, 2 * product - Double(length))
      if length > 0, (1 / length).isFinite { projection = max(projection, product / Double(length)) }
    }
    return Float(value(distance: length / lambda - gain, projection: projection))
  }

  // The projection on a class whose mean is μ, and which has no direction. Among several classes it is lower than every other,
  // and far from infinity.
  var undirectedProjection: Float { classCount == 1 ? 0 : -1e9 }

  /// Returns the product of each row of D elements with a vector.
  private func products(_ rows: [Float], _ vector: [Double]) -> [Double] {
    rows.withUnsafeBufferPointer { rows in
      stride(from: 0, to: rows.count, by: dimension).map { start in
        var sum = 0.0
        for column in 0..<dimension { sum += Double(rows[start + column]) * vector[column] }
        return sum
      }
    }
  }

  /// Whether a number and its inverse are positive and finite as 32-bit floats.
  private static func isPositive(_ number: Double) -> Bool {
    let float = Float(number)
    return float > 0 && float.isFinite && (1 / float).isFinite
  }
}

extension Model {
  /// Returns the classifier with one more element after its scores: u, the ``NoveltyScore`` of the picture.
  ///
  /// - Returns: A model with one output of floats, `[1, N + 1]`.
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` if the model's head does not read a unit vector, has
  ///   another number of classes or features than the score, or does not return scores as floats `[1, N]`.
  public func appending(_ novelty: NoveltyScore) throws(SurgeryError) -> Model {
    let base = try BaseClassifier(of: self)
    let (_, output) = try onlyInputAndOutput()
    let refusal = { (because: String) in SurgeryError.cannotAdapt(found: lastOperators(5), because: because) }
    guard base.layout == .normalized, base.classCount == novelty.classCount, base.dimension == novelty.dimension else {
      throw refusal(
        "its novelty score is for \(novelty.classCount) classes and \(novelty.dimension) elements of a normalised "
          + "embedding; it has \(base.classCount) and \(base.dimension)")
    }
    var builder = GraphBuilder(extending: self, prefix: "Familiarity/")
    let scores = try builder.tensor(output)
    let features = try builder.tensor(base.features)
    guard scores.type == .float32, scores.shape == [1, Int32(clamping: base.classCount)], features.type == .float32,
      features.shape == [1, Int32(clamping: base.dimension)]
    else { throw refusal("its scores or its features are not a row of floats") }
    let (nearness, projection) = try builder.nearness(of: features, by: novelty)
    let inverse = try builder.floats("Inverse", [1 / Float(novelty.deviation)], shape: [1])
    let factor = try builder.floats("Factor", [NoveltyScore.projectionFactor], shape: [1])
    let score = try builder.add(
      try builder.mul(nearness, inverse, name: "Deviations"), try builder.mul(projection, factor, name: "Weighed"),
      name: "Familiarity")
    return builder.finish(with: try builder.concatenate([scores, score], axis: 1, name: "Answer"))
  }
}
