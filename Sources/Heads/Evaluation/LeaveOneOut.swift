#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a head does on the pictures that it was solved from, each left out, with all its views, when it is asked about.
public struct LeaveOneOut: Sendable {
  /// A picture and the logits that it gets from a head solved without it.
  public struct Answer: Sendable, Hashable {
    /// The picture's name.
    public let picture: String
    /// Its class.
    public let label: Int
    /// One logit a class.
    public let logits: [Float]

    /// The best class; the lower one among equals.
    public var predicted: Int { logits.indices.max { logits[$0] < logits[$1] } ?? 0 }

    /// −log softmax(logits)[label]: how surprising the picture's label is.
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
    /// The class that it was given.
    public let label: String
    /// The class that it looks like.
    public let looksLike: String
    /// −log of the probability of its label.
    public let surprise: Double
  }

  /// A class that is taken for another.
  public struct Confusion: Sendable, Hashable, Codable {
    /// The class.
    public let label: String
    /// What it is taken for.
    public let takenFor: String
    /// How many of its pictures are.
    public let count: Int
  }

  /// The classes' names.
  public let classes: [String]
  /// An answer for each picture of a class with two or more.
  public let answers: [Answer]
  /// Names of the classes with one picture, of which nothing is known.
  public let singles: [String]

  /// - Parameters:
  ///   - classes: The classes' names.
  ///   - answers: An answer a picture.
  ///   - singles: Names of the classes with one picture.
  public init(classes: [String], answers: [Answer], singles: [String] = []) {
    self.classes = classes
    self.answers = answers
    self.singles = singles
  }

  /// The share of pictures whose class is named first: the mean of the classes' shares, so that all classes count alike.
  public var accuracy: Double {
    let rates = recalls
    return rates.isEmpty ? 0 : rates.reduce(0) { $0 + $1.rate } / Double(rates.count)
  }

  /// The standard error of ``accuracy``, from the binomial variance within each class, of (k + 1) of (n + 2) so that a
  /// class without a mistake is not taken for certain.
  public var standardError: Double {
    let rates = recalls
    guard !rates.isEmpty else { return 0 }
    let variance = rates.reduce(0.0) { sum, known in
      let rate = (known.rate * known.count + 1) / (known.count + 2)
      return sum + rate * (1 - rate) / known.count
    }
    return variance.squareRoot() / Double(rates.count)
  }

  private var recalls: [(rate: Double, count: Double)] {
    var hits = [Int: (right: Double, all: Double)]()
    for answer in answers {
      hits[answer.label, default: (0, 0)].all += 1
      if answer.predicted == answer.label { hits[answer.label, default: (0, 0)].right += 1 }
    }
    return hits.sorted { $0.key < $1.key }.map { ($0.value.right / $0.value.all, $0.value.all) }
  }

  /// The confusions to expect, the most frequent first.
  public var confusions: [Confusion] {
    var counts: [[Int]: Int] = [:]
    for answer in answers where answer.predicted != answer.label {
      counts[[answer.label, answer.predicted], default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
      .map { Confusion(label: classes[$0.key[0]], takenFor: classes[$0.key[1]], count: $0.value) }
  }

  /// Pictures whose label looks wrong, worst first: they look like another class, and there is one chance in a hundred at most
  /// that they are of their own.
  public var mislabelled: [Suspect] {
    suspects(answers.count).filter { $0.label != $0.looksLike && $0.surprise > Self.wrong }
  }

  // −ln(1/100)
  private static let wrong = 4.6

  /// Pictures by how wrong their label looks, worst first.
  ///
  /// - Parameter count: How many at most.
  public func suspects(_ count: Int) -> [Suspect] {
    answers.map { ($0, $0.surprise) }.sorted { ($1.1, $0.0.picture) < ($0.1, $1.0.picture) }.prefix(max(0, count))
      .map { answer, surprise in
        Suspect(
          picture: answer.picture, label: classes[answer.label], looksLike: classes[answer.predicted],
          surprise: surprise)
      }
  }
}

extension LeaveOneOut: CustomStringConvertible {
  /// The accuracy and its standard error, as in `0.94 ± 0.02, leave-one-out`.
  public var description: String {
    "\(Decimals.string(accuracy, places: 2)) ± \(Decimals.string(standardError, places: 2)), leave-one-out"
  }
}
