import LinearAlgebra
import ModelSurgery

/// A linear discriminant with shrinkage, solved in closed form, in which all classes have equal weights.
///
/// Class c has n_c pictures whose features z have the mean m_c; μ = (1/C) Σ m_c; each of a picture's V views has the weight
/// w = 1/V:
///
///     S_w = (1/N) Σ w (z − m_c)(z − m_c)ᵀ           S_b = (1/C) Σ (m_c − μ)(m_c − μ)ᵀ
///     A = S_w + κ S_b + λ I                          λ = τ tr(S_w) N / ((N − C) D),  κ = 0.05
///     w_c = A⁻¹ (m_c − μ)                            q_c = w_c·(m_c − μ)
///     logit_c = t (w_c·(z − μ) − (β / 2)(q_c − D(n_c)))          β = 1/2
///
/// D(n) = (v / n) / (1 + κ v / (n C)) corrects the bias of q where m_c is the mean of few pictures; v is the mean squared
/// distance of a picture to its class in A⁻¹. τ, one of 1/8, 1/4, … 8, and the temperature t maximise the likelihood of the
/// pictures' classes in leave-one-out cross-validation, which leaves out each picture with all its views and its
/// near-duplicates, as ``PictureGroups`` finds them. Leave-one-out is exact and in closed form. Each τ needs one
/// factorisation: of A itself, or of the rows' Gram matrix where there are fewer rows than dimensions. t and v are rounded to
/// 12 bits, so that all processors write the same file.
///
/// - With up to 500 pictures, the likelihood also chooses whether z is the space's transform of the embedding or the plain
///   unit vector. The second wins for drawings and classes of many kinds of things, whose pictures have little in common.
/// - With one picture per class leave-one-out is impossible: λ follows from S_b, or from S_w where there are several views,
///   and t = 12.5 / (mean of the score of a picture's own class minus the mean score of the other classes). With more
///   pictures this t is the mode of the prior.
/// - Where the set stores only sums, τ is 1/2 and t is 0.2 unless the caller gives settings, and there is no leave-one-out.
/// - τ is chosen on at most about 1000 views, sampled evenly. Leave-one-out covers at most 2²⁶ / C pictures, sampled evenly:
///   65 000 with 1000 classes, 6700 with 10 000.
///
/// - Complexity: time O(n D² + D³), or O(n² D + n³) for n < D views, and O(n D C); memory n D and C D 64-bit floats.
public struct Analytic: HeadMethod {
  /// `analytic`.
  public static let name = "analytic"

  /// Settings chosen earlier for similar pictures, or nil to choose them. They are ignored with one picture per class.
  public var kept: Settings?
  /// Whether to compute ``SolvedHead/novelty`` as well, which takes about as long as the head.
  public var findsNovelty: Bool
  /// Whether a single class is allowed: its logit is always 0, and the novelty score tells it from everything else.
  public var takesOneClass: Bool

  /// Creates the method.
  ///
  /// To add pictures to a head one at a time, in a few milliseconds each, reuse the settings of a full solution and store
  /// only sums:
  ///
  /// ```swift
  /// let full = try Analytic().solution(set)
  /// var sums = EmbeddingSet(space: set.space, budget: 0)
  /// try sums.merge(set)
  /// let quick = Analytic(keeping: full.settings)
  /// try sums.add(picture, to: "rose")
  /// let head = try quick.solve(sums)
  /// ```
  ///
  /// - Parameters:
  ///   - settings: Settings chosen earlier for similar pictures, or nil to choose them.
  ///   - findsNovelty: Whether to compute ``SolvedHead/novelty`` as well.
  ///   - takesOneClass: Whether a single class is allowed.
  public init(keeping settings: Settings? = nil, findsNovelty: Bool = true, takesOneClass: Bool = false) {
    kept = settings
    self.takesOneClass = takesOneClass
    self.findsNovelty = findsNovelty
  }

  /// Solves for the head; see ``solution(_:)``.
  public func solve(_ embeddings: EmbeddingSet) throws -> SolvedHead { try solution(embeddings).solved }

  /// Solves for the head and returns it with the settings chosen.
  ///
  /// - Throws: ``HeadError/tooFewClasses(_:)``, ``HeadError/badSetting(name:value:needed:)``, `LinearAlgebraError`.
  public func solution(_ embeddings: EmbeddingSet) throws -> Solution {
    guard embeddings.classes.count > (takesOneClass ? 0 : 1) else {
      throw HeadError.tooFewClasses(embeddings.classes.count)
    }
    try kept?.check()
    guard embeddings.hasEmbeddings else { return try solutionOfSums(embeddings) }
    let transform = embeddings.space.transform
    let groups = try PictureGroups(embeddings)
    let own = try Candidate(LabelledFeatures(embeddings, groups: groups), transform: transform)
    guard !own.means.isSingle else {
      let metric = try own.scatter.metric(lambda: own.means.lambda(Self.firstTau), means: own.means).refined()
      return try singleSolution(
        transform: transform, classes: own.features.classes, means: own.means, metric: metric)
    }
    let isSingleClass = own.features.classes.count == 1
    let choice = try own.validation.choose(own.scatter, kept: isSingleClass ? Self.settingsOfOneClass : kept)
    if kept == nil, !isSingleClass, transform != .plain, embeddings.pictures <= Self.mostPicturesForPlain {
      let plain = try Candidate(LabelledFeatures(embeddings, transform: .plain, groups: groups), transform: .plain)
      let other = try plain.validation.choose(plain.scatter, kept: nil, prior: .ofPlainFeatures)
      if other.cost < choice.cost { return Solution(solved: try solve(plain, other), settings: choice.settings) }
    }
    return Solution(solved: try solve(own, choice), settings: choice.settings)
  }

  /// Individual pictures with one of the transforms.
  private struct Candidate {
    let features: LabelledFeatures
    let transform: FeatureTransform
    let means: ClassMeans
    let scatter: ScatterMatrix
    let validation: CrossValidation

    init(_ features: LabelledFeatures, transform: FeatureTransform) throws {
      self.features = features
      self.transform = transform
      means = ClassMeans(features)
      scatter = try ScatterMatrix(features, means)
      validation = CrossValidation(features, means)
    }
  }

  /// Returns the head of individual pictures, with its leave-one-out cross-validation and its novelty score.
  private func solve(_ candidate: Candidate, _ choice: CrossValidation.Choice) throws -> SolvedHead {
    let head = try LinearDiscriminant.head(
      transform: candidate.transform, metric: choice.refinedMetric(), means: candidate.means,
      settings: choice.settings)
    let lambda = candidate.means.lambda(choice.settings.tau)
    let classes = candidate.features.classes
    return SolvedHead(
      head: head, classes: classes,
      leaveOneOut: classes.count == 1 ? nil : try candidate.validation.leaveOneOut(choice),
      novelty: findsNovelty ? try candidate.validation.novelty(candidate.scatter, lambda: lambda) : nil)
  }

  /// Returns the solution for sums.
  private func solutionOfSums(_ embeddings: EmbeddingSet) throws -> Solution {
    let moments = try embeddings.pooledMoments()
    let counts = embeddings.classes.map(\.count)
    let total = counts.reduce(0) { $0 + Double($1) }
    let square = moments.squareTriangle(factor: 1 / total)
    let sums = try Matrix(columns: embeddings.space.dimension, elements: moments.classSums().flatMap { $0 })
    let trace = (0..<square.rows).reduce(0) { $0 + square[$1, $1] }
    let means = ClassMeans(sums: sums, counts: counts, square: total * trace)
    let scatter = try PrimalMetric.scatter(square: square, means: means)
    let classes = embeddings.classes.map(\.name)
    guard !means.isSingle else {
      let metric = try PrimalMetric(scatter: scatter, lambda: means.lambda(Self.firstTau), means: means)
      return try singleSolution(transform: embeddings.space.transform, classes: classes, means: means, metric: metric)
    }
    let tau = kept?.tau ?? Self.tauOfSums
    let lambda = means.lambda(tau)
    let metric = try PrimalMetric(scatter: scatter, lambda: lambda, means: means)
    let settings =
      try kept
      ?? Settings(
        tau: tau, temperature: Self.temperatureOfSums, spread: metric.spread(lambda: lambda, means: means))
    let head = try LinearDiscriminant.head(
      transform: embeddings.space.transform, metric: metric, means: means, settings: settings)
    return Solution(solved: SolvedHead(head: head, classes: classes), settings: settings)
  }

  /// Returns the solution for one picture per class.
  private func singleSolution(
    transform: FeatureTransform, classes: [String], means: ClassMeans, metric: some MahalanobisMetric
  ) throws -> Solution {
    let lengths = metric.lengths
    let offsets = LinearDiscriminant.offsets(lengths: lengths, means: means, spread: 0)
    let settings = Settings(
      tau: Self.firstTau,
      temperature: Temperature.expected(gap: LinearDiscriminant.gap(lengths: lengths, offsets: offsets, means: means)),
      spread: 0)
    let head = try LinearDiscriminant.head(transform: transform, metric: metric, means: means, settings: settings)
    return Solution(solved: SolvedHead(head: head, classes: classes), settings: settings)
  }

  // With more pictures, plain features were never better, and the choice would take as long as the head.
  private static let mostPicturesForPlain = 500
  // With one class there is nothing to choose.
  private static let settingsOfOneClass = Settings(tau: firstTau, temperature: 1, spread: 0)
  // τ where leave-one-out is impossible: with one picture per class, and with sums.
  private static let firstTau = 2.0
  private static let tauOfSums = 0.5
  // t with sums: two networks with 5 to 60 pictures per class chose 0.18 to 0.23.
  private static let temperatureOfSums = 0.2
}

extension Analytic {
  /// The settings that leave-one-out chooses. Later solutions with more pictures can reuse them.
  public struct Settings: Sendable, Hashable, Codable {
    /// τ, the strength of the shrinkage.
    public var tau: Double
    /// t, the temperature: the factor by which scores are multiplied.
    public var temperature: Double
    /// v, the mean squared distance of a picture to its class in A⁻¹.
    public var spread: Double

    /// Creates settings.
    public init(tau: Double, temperature: Double, spread: Double) {
      self.tau = tau
      self.temperature = temperature
      self.spread = spread
    }

    func check() throws(HeadError) {
      guard tau > 0, tau <= 1e6 else {
        throw .badSetting(name: "tau", value: "\(tau)", needed: "a number above 0, up to a million")
      }
      guard temperature > 0, temperature <= 1e6 else {
        throw .badSetting(name: "temperature", value: "\(temperature)", needed: "a number above 0, up to a million")
      }
      guard spread >= 0, spread.isFinite else {
        throw .badSetting(name: "spread", value: "\(spread)", needed: "a number of at least 0")
      }
    }
  }

  /// A head with the settings that it was solved with.
  public struct Solution: Sendable {
    /// The head.
    public let solved: SolvedHead
    /// The settings for features with the transform of the embedding space, even where plain features were chosen.
    public let settings: Settings

    package init(solved: SolvedHead, settings: Settings) {
      self.solved = solved
      self.settings = settings
    }
  }
}
