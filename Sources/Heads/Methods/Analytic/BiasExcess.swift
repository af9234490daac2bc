/// D(n) = (v / n) / (1 + κ v / (n C)): by how much the q of a class of n pictures is too great, its mean being that of few.
struct BiasExcess: Sendable {
  // (β / 2) D(n) and (β / 2) D(n − 1), of each class.
  private let whole: [Double]
  private let less: [Double]

  /// - Parameters:
  ///   - means: The classes' means.
  ///   - spread: v.
  init(_ means: ClassMeans, spread: Double) {
    let classes = Double(means.counts.count)
    func excess(_ count: Double) -> Double {
      let share = spread / max(1, count)
      return Discriminant.beta / 2 * share / (1 + Discriminant.kappa * share / classes)
    }
    whole = means.counts.map(excess)
    less = means.counts.map { excess($0 - 1) }
  }

  /// What a class's score gains by it.
  ///
  /// - Parameters:
  ///   - place: The class.
  ///   - label: The class of the picture that is left out, or nil where none is.
  func score(of place: Int, leftOutOf label: Int?) -> Double { place == label ? less[place] : whole[place] }
}
