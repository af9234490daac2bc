import ModelSurgery
import LinearAlgebra

/// The head that is solved for in closed form: a linear discriminant with shrinkage, all classes counting alike.
///
/// With features z, a class's n_c pictures of mean m_c, μ = (1/C) Σ m_c, and each of a picture's V views weighing
/// w = 1/V:
///
///     S_w = (1/N) Σ w (z − m_c)(z − m_c)ᵀ           S_b = (1/C) Σ (m_c − μ)(m_c − μ)ᵀ
///     A = S_w + κ S_b + λ I                          λ = τ tr(S_w) N / ((N − C) D),  κ = 0.05
///     w_c = A⁻¹ (m_c − μ)                            q_c = w_c·(m_c − μ)
///     logit_c = t (w_c·(z − μ) − (β / 2)(q_c − D(n_c)))          β = 1/2
///
/// D(n) = (v / n) / (1 + κ v / (n C)) takes off what a mean of few pictures adds to q, v being the mean squared distance
/// of a picture to its class in A⁻¹. τ is the one of 1/8, 1/4, … 8 under which the pictures' classes are least surprising
/// when each is left out with all its views, and t the temperature under which they are: both from leave-one-out in closed
/// form, which is exact. There is one factorisation a τ: of A itself, or of the rows' Gram matrix where these are fewer
/// than the dimensions.
///
/// - With one picture a class nothing can be left out: λ is from S_b, or of several views from S_w, and
///   t = 12.5 / (mean of a picture's own score less the others'). A few pictures draw t away from there, many decide it.
/// - Where only sums are kept τ is 1/2 and t is 0.2, unless kept settings say otherwise; there is no leave-one-out.
/// - τ is chosen on some 1000 views, evenly taken, where there are more. Answers are given to 2²⁶ / C pictures at most,
///   evenly taken: 65 000 of 1000 classes, 6700 of 10 000.
///
/// - Complexity: time O(n D² + D³), or O(n² D + n³) of n < D views, and O(n D C); memory n D and C D 64-bit floats.
public struct Analytic: HeadMethod {
  /// `analytic`.
  public static let name = "analytic"

  /// What was chosen for other pictures and is taken as it is, or nil to choose. With one picture a class it does not count.
  public var kept: Settings?
  /// Whether to find how far a picture is from all that was taught as well, which takes about as long as the head.
  public var findsNovelty: Bool
  /// Whether one class alone will do, as beside a base's classes: its logit is always 0, and how far a picture is from it
  /// decides.
  public var takesOneClass: Bool

  /// The method.
  ///
  /// To add a picture now and then to a head in a few milliseconds, keep the settings of a whole solution and only sums:
  ///
  /// ```swift
  /// let whole = try Analytic().solution(seen)
  /// var sums = EmbeddingSet(space: seen.space, budget: 0)
  /// try sums.merge(seen)
  /// let quick = Analytic(keeping: whole.settings)
  /// try sums.add(picture, to: "rose")
  /// let head = try quick.solve(sums)
  /// ```
  ///
  /// - Parameters:
  ///   - settings: What was chosen for other pictures of the same kind, or nil to choose.
  ///   - findsNovelty: Whether to find ``SolvedHead/novelty`` as well.
  ///   - takesOneClass: Whether one class alone will do.
  public init(keeping settings: Settings? = nil, findsNovelty: Bool = true, takesOneClass: Bool = false) {
    kept = settings
    self.takesOneClass = takesOneClass
    self.findsNovelty = findsNovelty
  }

  /// Solves for the head; see ``solution(_:)``.
  public func solve(_ seen: EmbeddingSet) throws -> SolvedHead { try solution(seen).solved }

  /// Solves for the head and tells what was chosen.
  ///
  /// - Throws: ``HeadError/tooFewClasses(_:)``, ``HeadError/badSetting(name:value:needed:)``, `LinearAlgebraError`.
  public func solution(_ seen: EmbeddingSet) throws -> Solution {
    guard seen.classes.count > (takesOneClass ? 0 : 1) else { throw HeadError.tooFewClasses(seen.classes.count) }
    try kept?.check()
    return try seen.hasEmbeddings ? solution(of: LabelledFeatures(seen), transform: seen.space.transform) : solutionOfSums(seen)
  }

  /// Of single pictures.
  private func solution(of features: LabelledFeatures, transform: FeatureTransform) throws -> Solution {
    let means = ClassMeans(features)
    let scatter = try Scatter(features, means)
    guard !means.isSingle else {
      let metric = try scatter.metric(lambda: means.lambda(Self.firstTau), means: means).refined()
      return try singleSolution(transform: transform, classes: features.classes, means: means, metric: metric)
    }
    let examination = Examination(features, means)
    let isAlone = features.classes.count == 1
    let choice = try examination.choose(scatter, kept: isAlone ? Self.settingsOfOneClass : kept)
    let head = try Discriminant.head(transform: transform, metric: choice.metric, means: means, settings: choice.settings)
    let lambda = means.lambda(choice.settings.tau)
    return Solution(
      solved: SolvedHead(
        head: head, classes: features.classes, leaveOneOut: isAlone ? nil : try examination.leaveOneOut(choice),
        novelty: findsNovelty ? try examination.novelty(scatter, lambda: lambda) : nil),
      settings: choice.settings)
  }

  /// Of sums alone.
  private func solutionOfSums(_ seen: EmbeddingSet) throws -> Solution {
    let moments = try seen.pooledMoments()
    let counts = seen.classes.map(\.count)
    let total = counts.reduce(0) { $0 + Double($1) }
    let square = try moments.wholeSquare().upperTriangle(factor: 1 / total)
    let sums = try Matrix(columns: seen.space.dimension, elements: moments.sums.flatMap { $0 })
    let trace = (0..<square.rows).reduce(0) { $0 + square[$1, $1] }
    let means = ClassMeans(sums: sums, counts: counts, square: total * trace)
    let scatter = try PrimalMetric.scatter(square: square, means: means)
    let classes = seen.classes.map(\.name)
    guard !means.isSingle else {
      let metric = try PrimalMetric(scatter: scatter, lambda: means.lambda(Self.firstTau), means: means)
      return try singleSolution(transform: seen.space.transform, classes: classes, means: means, metric: metric)
    }
    let tau = kept?.tau ?? Self.tauOfSums
    let lambda = means.lambda(tau)
    let metric = try PrimalMetric(scatter: scatter, lambda: lambda, means: means)
    let settings =
      try kept
      ?? Settings(
        tau: tau, temperature: Self.temperatureOfSums, spread: metric.spread(lambda: lambda, means: means))
    let head = try Discriminant.head(transform: seen.space.transform, metric: metric, means: means, settings: settings)
    return Solution(solved: SolvedHead(head: head, classes: classes), settings: settings)
  }

  /// Of one picture a class.
  private func singleSolution(
    transform: FeatureTransform, classes: [String], means: ClassMeans, metric: some DiscriminantMetric
  ) throws -> Solution {
    let lengths = metric.lengths
    let offsets = Discriminant.offsets(lengths: lengths, means: means, spread: 0)
    let settings = Settings(
      tau: Self.firstTau,
      temperature: Temperature.expected(gap: Discriminant.gap(lengths: lengths, offsets: offsets, means: means)),
      spread: 0)
    let head = try Discriminant.head(transform: transform, metric: metric, means: means, settings: settings)
    return Solution(solved: SolvedHead(head: head, classes: classes), settings: settings)
  }

  // Of one class there is nothing to choose by.
  private static let settingsOfOneClass = Settings(tau: firstTau, temperature: 1, spread: 0)
  // τ where nothing can be left out: of one picture a class, and of sums.
  private static let firstTau = 2.0
  private static let tauOfSums = 0.5
  // t of sums: that of 5 to 60 pictures a class of two networks lies between 0.18 and 0.23.
  private static let temperatureOfSums = 0.2
}
