/// How far a picture is from all that was taught: the squared distance of its features z to the nearest class's mean, in the
/// metric A⁻¹ of the discriminant.
///
/// With y = z − μ and A⁻¹ kept as (I − Σⱼ sⱼ uⱼ uⱼᵀ) / λ, exact along the r directions u and 1/λ in all others:
///
///     zz   = (‖y‖² − Σⱼ sⱼ (uⱼ·y)²) / λ
///     D²ₖ  = zz − 2 wₖ·y + qₖ                 wₖ = A⁻¹ (mₖ − μ), qₖ = (mₖ − μ)·wₖ
///     D²   = minₖ D²ₖ
///     p    = maxₖ wₖ·y / qₖ                   1 at a class's mean, 0 at μ
///     u    = 10 p − D² / σ                    high where a picture is of a class that was taught
public struct Familiarity: Sendable, Hashable {
  /// What the training pictures' own values are, each left out.
  public struct Value: Sendable, Hashable {
    /// D².
    public let distance: Double
    /// p.
    public let projection: Double

    /// A picture's values.
    public init(distance: Double, projection: Double) {
      self.distance = distance
      self.projection = projection
    }
  }

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
  /// σ: the standard deviation of the training pictures' D², each left out.
  public let deviation: Double
  /// The values of the training pictures, each left out, in the order of ``LeaveOneOut/answers``.
  public let training: [Value]
}
