/// The squared distance of a unit vector z to the nearest of some classes' means, as numbers that become operators.
///
/// With y = z − μ, U the rows u and s their shares:
///
///     zz = (‖y‖² − Σⱼ sⱼ (uⱼ·y)²) / λ
///     D² = zz − maxₖ (2 wₖ·y − qₖ)
///     p  = maxₖ wₖ·y / qₖ
public struct NearestClass: Sendable, Hashable {
  /// μ: `[D]`.
  public let mean: [Float]
  /// u: `[r, D]`.
  public let directions: [Float]
  /// s: `[r]`.
  public let shares: [Float]
  /// λ.
  public let lambda: Float
  /// w: `[N, D]`.
  public let discriminants: [Float]
  /// q: `[N]`.
  public let lengths: [Float]

  /// A distance.
  ///
  /// - Throws: ``SurgeryError/unsuitable(tensor:because:)`` where the numbers do not fit each other, a share is not within
  ///   0 … 1, λ or every q is not positive, or a number is infinite or none.
  public init(
    mean: [Float], directions: [Float], shares: [Float], lambda: Float, discriminants: [Float], lengths: [Float]
  ) throws(SurgeryError) {
    let refusal = { (because: String) in SurgeryError.unsuitable(tensor: "of the distances", because: because) }
    let dimension = mean.count
    let rows = dimension.multipliedReportingOverflow(by: shares.count)
    let classes = dimension.multipliedReportingOverflow(by: lengths.count)
    guard dimension > 0, !lengths.isEmpty, !rows.overflow, !classes.overflow, directions.count == rows.partialValue,
      discriminants.count == classes.partialValue
    else {
      throw refusal(
        "\(directions.count) elements of \(shares.count) directions and \(discriminants.count) of \(lengths.count) "
          + "classes do not make rows of \(dimension)")
    }
    guard [mean, directions, discriminants, lengths].allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw refusal("it holds a number that is infinite or none (NaN)")
    }
    guard shares.allSatisfy({ (0...1).contains($0) }), lambda.isFinite, lambda > 0, (1 / lambda).isFinite,
      lengths.contains(where: { $0 > 0 && (1 / $0).isFinite })
    else { throw refusal("its metric is not positive") }
    self.mean = mean
    self.directions = directions
    self.shares = shares
    self.lambda = lambda
    self.discriminants = discriminants
    self.lengths = lengths
  }

  /// D, the number of elements of z.
  public var dimension: Int { mean.count }
  /// N, the number of classes.
  public var classCount: Int { lengths.count }
}
