#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The leave-one-out cross-validation of a head: each training picture is classified by a head that was solved without
/// this picture and its views.
public struct LeaveOneOut: Sendable {
  /// The logits of a picture from a head solved without it.
  public struct Prediction: Sendable, Hashable {
    /// The picture's name.
    public let picture: String
    /// The picture's class.
    public let label: Int
    /// One logit for each class.
    public let logits: [Float]

    /// Creates a prediction.
    public init(picture: String, label: Int, logits: [Float]) {
      self.picture = picture
      self.label = label
      self.logits = logits
    }

    /// The class with the greatest logit; among equal logits the lower id.
    public var predicted: Int { logits.indices.max { logits[$0] < logits[$1] } ?? 0 }

    /// softmax(logits): the probability of each class.
    public var probabilities: [Double] { Softmax.probabilities(of: logits) }

    /// −log softmax(logits)[label]: the negative log-likelihood of the picture's label.
    public var surprise: Double {
      guard logits.indices.contains(label) else { return .infinity }
      let greatest = logits.max() ?? 0
      let sum = logits.reduce(0.0) { $0 + exp(Double($1 - greatest)) }
      return Double(greatest - logits[label]) + log(sum)
    }
  }

  /// A picture whose label looks wrong.
  public struct Suspect: Sendable, Hashable, Codable {
    /// The picture's name.
    public let picture: String
    /// The picture's given class.
    public let label: String
    /// The predicted class.
    public let looksLike: String
    /// The negative log-likelihood of the label.
    public let surprise: Double
  }

  /// A true class and a wrong class that was predicted for some of its pictures.
  public struct Confusion: Sendable, Hashable, Codable {
    /// The true class.
    public let label: String
    /// The predicted class.
    public let takenFor: String
    /// The number of pictures.
    public let count: Int
  }

  /// The names of the classes.
  public let classes: [String]
  /// A prediction for each picture of a class with two or more pictures.
  public let predictions: [Prediction]
  /// The names of the classes with only one picture, for which there is no prediction.
  public let singles: [String]

  /// Creates a cross-validation.
  ///
  /// - Parameters:
  ///   - classes: The names of the classes.
  ///   - predictions: A prediction for each picture.
  ///   - singles: The names of the classes with one picture.
  public init(classes: [String], predictions: [Prediction], singles: [String] = []) {
    self.classes = classes
    self.predictions = predictions
    self.singles = singles
  }

  /// The balanced accuracy: the mean of the classes' recalls.
  public var accuracy: Double {
    let recalls = recalls
    return recalls.isEmpty ? 0 : recalls.reduce(0) { $0 + $1.rate } / Double(recalls.count)
  }

  /// The 95 % interval of the balanced accuracy on a thousand new pictures: a Wilson score interval, which is within 0 ... 1.
  ///
  /// With n_c predictions in class c of C classes there are n = C² / Σ 1/n_c trials (Kish), as many as predictions where all
  /// classes have equally many. Their effective number is 1 / (1.25 / n + 1 / 1000):
  ///
  /// - Predictions that share their training pictures vary together. Over draws of 5, 10 and 20 pictures a class from five data
  ///   sets, the variance of ``accuracy`` was 0.9 to 1.5 times, in the mean 1.2 times, that of independent predictions.
  /// - The accuracy that a thousand new pictures show varies as well.
  public var interval: ClosedRange<Double> {
    let recalls = recalls
    let inverse = recalls.reduce(0.0) { $0 + 1 / $1.count }
    let classes = Double(recalls.count)
    guard inverse > 0 else { return WilsonInterval.interval(share: accuracy, count: 0) }
    let trials = classes * classes / inverse
    return WilsonInterval.interval(share: accuracy, count: 1 / (Self.dependence / trials + 1 / Self.newPictures))
  }

  // How much more the accuracy varies than that of independent predictions.
  private static let dependence = 1.25
  // The number of new pictures whose accuracy the interval is to hold.
  private static let newPictures = 1000.0

  /// The standard error of ``accuracy``, from the binomial variance within each class. With k correct of n predictions the
  /// rate is taken as (k + 1) / (n + 2), so that a class without mistakes still has a variance.
  public var standardError: Double {
    let recalls = recalls
    guard !recalls.isEmpty else { return 0 }
    let variance = recalls.reduce(0.0) { sum, known in
      let rate = (known.rate * known.count + 1) / (known.count + 2)
      return sum + rate * (1 - rate) / known.count
    }
    return variance.squareRoot() / Double(recalls.count)
  }

  /// The recall of one class.
  public struct ClassRecall: Sendable, Hashable, Codable {
    /// The class's name.
    public let label: String
    /// The share of its pictures that are predicted right.
    public let recall: Double
    /// The 95 % confidence interval of ``recall``: the Wilson score interval.
    public let interval: ClosedRange<Double>
    /// The number of its pictures.
    public let pictures: Int
  }

  /// The recall of each class that has predictions, in the order of ``classes``.
  public var classRecalls: [ClassRecall] {
    var counts: [Int: (correct: Int, all: Int)] = [:]
    for prediction in predictions {
      counts[prediction.label, default: (0, 0)].all += 1
      if prediction.predicted == prediction.label { counts[prediction.label, default: (0, 0)].correct += 1 }
    }
    return counts.sorted { $0.key < $1.key }.compactMap { place, count in
      guard classes.indices.contains(place) else { return nil }
      let recall = Double(count.correct) / Double(count.all)
      return ClassRecall(
        label: classes[place], recall: recall,
        interval: WilsonInterval.interval(share: recall, count: Double(count.all)), pictures: count.all)
    }
  }

  private var recalls: [(rate: Double, count: Double)] {
    var hits = [Int: (correct: Double, all: Double)]()
    for prediction in predictions {
      hits[prediction.label, default: (0, 0)].all += 1
      if prediction.predicted == prediction.label { hits[prediction.label, default: (0, 0)].correct += 1 }
    }
    return hits.sorted { $0.key < $1.key }.map { ($0.value.correct / $0.value.all, $0.value.all) }
  }

  /// The confusions to expect, the most frequent first.
  public var confusions: [Confusion] {
    var counts: [[Int]: Int] = [:]
    for prediction in predictions where prediction.predicted != prediction.label {
      counts[[prediction.label, prediction.predicted], default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
      .map { Confusion(label: classes[$0.key[0]], takenFor: classes[$0.key[1]], count: $0.value) }
  }

  /// The pictures whose label looks wrong, worst first: another class is predicted, and the probability of the label is at
  /// most 1/100.
  public var mislabelled: [Suspect] {
    suspects(predictions.count).filter { $0.label != $0.looksLike && $0.surprise > Self.leastSurprise }
  }

  // −ln(1/100)
  private static let leastSurprise = 4.6

  /// Returns the pictures with the least likely labels, worst first.
  ///
  /// - Parameter count: The greatest number of pictures.
  public func suspects(_ count: Int) -> [Suspect] {
    predictions.map { ($0, $0.surprise) }.sorted { ($1.1, $0.0.picture) < ($0.1, $1.0.picture) }.prefix(max(0, count))
      .map { prediction, surprise in
        Suspect(
          picture: prediction.picture, label: classes[prediction.label], looksLike: classes[prediction.predicted],
          surprise: surprise)
      }
  }
}

extension LeaveOneOut: CustomStringConvertible {
  /// The accuracy with its interval, such as `0.94 (95 % interval 0.92–0.96), leave-one-out`.
  public var description: String {
    let interval = interval
    let ends = [interval.lowerBound, interval.upperBound].map { Decimals.string($0, places: 2) }
    return "\(Decimals.string(accuracy, places: 2)) (95 % interval \(ends[0])–\(ends[1])), leave-one-out"
  }
}
