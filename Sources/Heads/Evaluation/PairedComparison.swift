/// The difference of two classifiers' accuracies on the same pictures, paired picture by picture.
///
/// With d = 1 where only the other classifier is right, −1 where only the first is, and else 0, the difference is the mean over
/// the classes of the mean d of their pictures. Its standard error is that of the mean over the classes:
///
///     SE² = Σ_c v_c / n_c / C²,   v_c = (n_c s_c² + 2 v) / (n_c + 2)
///
/// where s_c² is the variance of d in class c, and v that of all pictures with half a picture added to either kind of
/// difference, so that a few pictures without a difference do not make the interval a point.
public struct PairedComparison: Sendable, Hashable, Codable {
  /// A picture that both classified.
  public struct Pair: Sendable, Hashable {
    /// The picture's class.
    public let label: Int
    /// Whether the first classifier, and whether the other one, is right.
    public let isFirstRight, isOtherRight: Bool

    /// Creates a pair.
    public init(label: Int, isFirstRight: Bool, isOtherRight: Bool) {
      self.label = label
      self.isFirstRight = isFirstRight
      self.isOtherRight = isOtherRight
    }

    fileprivate var difference: Double { (isOtherRight ? 1 : 0) - (isFirstRight ? 1 : 0) }
  }

  /// The balanced accuracy of the other classifier minus that of the first.
  public let difference: Double
  /// The standard error of ``difference``.
  public let standardError: Double
  /// The numbers of pictures that only the first, and only the other classifier, gets right.
  public let onlyFirst, onlyOther: Int
  /// The number of pictures.
  public let pictures: Int

  /// The 95 % confidence interval of ``difference``, within −1 ... 1.
  public var interval: ClosedRange<Double> {
    max(-1, difference - 1.959964 * standardError)...min(1, difference + 1.959964 * standardError)
  }

  /// Whether the interval excludes no difference.
  public var isClear: Bool { !interval.contains(0) }

  /// Compares two classifiers; nil without pictures.
  public init?(_ pairs: [Pair]) {
    guard !pairs.isEmpty else { return nil }
    pictures = pairs.count
    onlyFirst = pairs.count { $0.isFirstRight && !$0.isOtherRight }
    onlyOther = pairs.count { $0.isOtherRight && !$0.isFirstRight }
    let all = Double(pairs.count + 1)
    let (losses, gains) = ((Double(onlyFirst) + 0.5) / all, (Double(onlyOther) + 0.5) / all)
    let pooled = losses + gains - (gains - losses) * (gains - losses)
    var sums: [Int: (count: Double, sum: Double, square: Double)] = [:]
    for pair in pairs {
      let difference = pair.difference
      sums[pair.label, default: (0, 0, 0)].count += 1
      sums[pair.label, default: (0, 0, 0)].sum += difference
      sums[pair.label, default: (0, 0, 0)].square += difference * difference
    }
    let classes = Double(sums.count)
    var (mean, variance) = (0.0, 0.0)
    for known in sums.sorted(by: { $0.key < $1.key }).map(\.value) {
      let own = known.sum / known.count
      let square = known.square - known.sum * own
      mean += own / classes
      variance += (square + 2 * pooled) / (known.count + 2) / known.count
    }
    difference = mean
    standardError = variance.squareRoot() / classes
  }
}
