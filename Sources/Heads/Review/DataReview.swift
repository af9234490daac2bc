import LinearAlgebra
public import Platform

/// What is wrong, or doubtful, with labelled pictures, found from their embeddings and looks.
///
/// ```swift
/// let review = try DataReview(embeddings)
/// for suspect in review.suspects { print(suspect.picture, suspect.label, suspect.looksLike, suspect.doubt) }
/// ```
public struct DataReview: Sendable {
  /// A picture in a class.
  public struct Member: Sendable, Hashable, Codable {
    /// The picture's name.
    public let picture: String
    /// Its class.
    public let label: String
    /// The digest of its content, if it is known.
    public let digest: PictureDigest?

    /// Creates a member.
    public init(picture: String, label: String, digest: PictureDigest?) {
      (self.picture, self.label, self.digest) = (picture, label, digest)
    }
  }

  /// Pictures that show the same.
  public struct Duplicates: Sendable, Hashable, Codable {
    /// The pictures, in the order of the set.
    public let members: [Member]
    /// Whether all have the same content.
    public let isExact: Bool
    /// Whether they are in several classes.
    public let crossesClasses: Bool
  }

  /// A picture whose label looks wrong.
  public struct Suspect: Sendable, Hashable, Codable {
    /// The picture's name.
    public let picture: String
    /// The digest of its content, if it is known.
    public let digest: PictureDigest?
    /// Its class.
    public let label: String
    /// The class that it looks like: the likeliest other one.
    public let looksLike: String
    /// The probability that the label is wrong: 1 − the probability of the label, by a head solved without the picture.
    public let doubt: Double
    /// The probability of the class that it looks like.
    public let likelihood: Double
  }

  /// A picture unlike all others.
  public struct Outlier: Sendable, Hashable, Codable {
    /// The picture's name.
    public let picture: String
    /// Its class.
    public let label: String
    /// How many standard deviations it is further from the nearest class than is usual.
    public let distance: Double
  }

  /// Two classes whose pictures are taken for each other.
  public struct Confused: Sendable, Hashable, Codable {
    /// The names of the classes.
    public let one, other: String
    /// The number of pictures of either that are taken for the other.
    public let mistaken: Int
    /// The share of the pictures of both.
    public let share: Double
  }

  /// A class.
  public struct ClassFigures: Sendable, Hashable, Codable {
    /// Its name.
    public let label: String
    /// The number of pictures; copies count once.
    public let pictures: Int
    /// The number of pictures if near-duplicates count once.
    public let different: Int
    /// The share of its pictures that are recognised without being trained on; nil where it has no two different pictures.
    public let recall: Double?
  }

  /// A picture that shows little.
  public struct Flaw: Sendable, Hashable, Codable {
    /// The kinds of flaws.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
      case dark, bright, flat, blurred, small, oddShape
    }

    /// The picture's name.
    public let picture: String
    /// Its class.
    public let label: String
    /// What is wrong.
    public let kind: Kind
    /// The mean luma of a dark or bright picture, the contrast of a flat one, the sharpness, the shorter side in pixels, or the
    /// longer side as a multiple of the shorter one.
    public let value: Double
  }

  /// The figures of each class, in the order of the set.
  public let classes: [ClassFigures]
  /// The pictures that show the same, in the order of their first pictures.
  public let duplicates: [Duplicates]
  /// The same picture in several classes.
  public let conflicts: [PictureConflict]
  /// The pictures whose label looks wrong, the most doubtful first.
  public let suspects: [Suspect]
  /// The pictures unlike all others, the furthest first.
  public let outliers: [Outlier]
  /// The classes that cannot be told apart, the most confused first.
  public let confused: [Confused]
  /// The pictures that show little.
  public let flaws: [Flaw]
  /// The leave-one-out accuracy; nil where it cannot be estimated.
  public let estimate: LeaveOneOut?

  /// The number of different pictures below which a class has too few.
  public static let fewPictures = 5
  /// The number by which the pictures of the largest class exceed those of a class that is out of balance.
  public static let imbalance = 10.0

  /// The classes with too few different pictures.
  public var scarce: [ClassFigures] { classes.filter { $0.different < Self.fewPictures } }

  /// The classes with less than a tenth of the pictures of the largest one.
  public var unbalanced: [ClassFigures] {
    let most = Double(classes.map(\.pictures).max() ?? 0)
    return classes.filter { Double($0.pictures) * Self.imbalance < most }
  }

  /// The classes that more pictures would help most, best first: those with few different pictures, and those that are often
  /// not recognised.
  public var wanted: [ClassFigures] {
    func need(_ known: ClassFigures) -> Double {
      let few = 1 / Double(max(1, known.different)).squareRoot()
      return few + (1 - (known.recall ?? 0))
    }
    return classes.filter { need($0) > 0.35 }.sorted { (need($1), $0.label) < (need($0), $1.label) }
  }

  /// Reviews a set.
  ///
  /// - Parameters:
  ///   - embeddings: The set, with individual embeddings; one view of each picture is enough.
  ///   - leastDoubt: The probability of a wrong label from which a picture is a suspect.
  /// - Throws: ``EmbeddingSetError/pastBudget(_:bytes:)`` where the set stores only sums, `HeadError`, `LinearAlgebraError`.
  /// - Complexity: That of ``Analytic`` and of ``NearDuplicates``, and O(n C D).
  public init(_ embeddings: EmbeddingSet, leastDoubt: Double = 0.5) throws {
    guard embeddings.hasEmbeddings else {
      throw EmbeddingSetError.pastBudget("checking individual pictures", bytes: embeddings.sumsBudget)
    }
    let near = try NearDuplicates(embeddings)
    let groups = PictureGroups(embeddings, near)
    let pictures = embeddings.classes.flatMap { known in
      known.pictures.map { Member(picture: $0.name, label: known.name, digest: $0.digest) }
    }
    duplicates = Self.duplicates(near, pictures)
    conflicts = embeddings.conflicts
    let validation: LabelValidation? =
      embeddings.classes.count > 1 ? try LabelValidation(embeddings, groups: groups) : nil
    estimate = validation?.first
    suspects = validation?.suspects(pictures, leastDoubt: leastDoubt) ?? []
    confused = estimate.map(Self.confused) ?? []
    classes = Self.figures(embeddings, groups, estimate)
    outliers = try Self.outliers(embeddings, groups)
    flaws = Self.flaws(embeddings)
  }

  private static func duplicates(_ near: NearDuplicates, _ pictures: [Member]) -> [Duplicates] {
    let joined = PictureGroups(count: pictures.count, joining: near.pairs.map { ($0.first, $0.second) })
    return joined.groups.map { group in
      let members = group.map { pictures[$0] }
      return Duplicates(
        members: members, isExact: members[0].digest != nil && Set(members.map(\.digest)).count == 1,
        crossesClasses: Set(members.map(\.label)).count > 1)
    }
  }

  private static func confused(_ estimate: LeaveOneOut) -> [Confused] {
    var counts = [Int](repeating: 0, count: estimate.classes.count)
    for prediction in estimate.predictions { counts[prediction.label] += 1 }
    var mistaken: [[Int]: Int] = [:]
    for prediction in estimate.predictions where prediction.predicted != prediction.label {
      let pair = [min(prediction.label, prediction.predicted), max(prediction.label, prediction.predicted)]
      mistaken[pair, default: 0] += 1
    }
    return mistaken.compactMap { pair, count in
      let share = Double(count) / Double(max(1, counts[pair[0]] + counts[pair[1]]))
      guard count >= 3, share >= 0.2 else { return nil }
      return Confused(
        one: estimate.classes[pair[0]], other: estimate.classes[pair[1]], mistaken: count, share: share)
    }.sorted { ($1.share, $0.one, $0.other) < ($0.share, $1.one, $1.other) }
  }

  private static func figures(
    _ embeddings: EmbeddingSet, _ groups: PictureGroups, _ estimate: LeaveOneOut?
  ) -> [ClassFigures] {
    let labels = embeddings.classes.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element.count) }
    var different = embeddings.classes.map(\.count)
    for group in groups.groups {
      for (place, members) in Dictionary(grouping: group, by: { labels[$0] }) { different[place] -= members.count - 1 }
    }
    var asked = [Int](repeating: 0, count: embeddings.classes.count)
    var right = asked
    for prediction in estimate?.predictions ?? [] {
      asked[prediction.label] += 1
      if prediction.predicted == prediction.label { right[prediction.label] += 1 }
    }
    return embeddings.classes.enumerated().map { place, known in
      ClassFigures(
        label: known.name, pictures: known.count, different: different[place],
        recall: asked[place] > 0 ? Double(right[place]) / Double(asked[place]) : nil)
    }
  }

  /// Returns the pictures whose cosine with the mean of the nearest class is far below the usual one. A picture and its
  /// near-duplicates are left out of the means.
  private static func outliers(_ embeddings: EmbeddingSet, _ groups: PictureGroups) throws -> [Outlier] {
    let features = try LabelledFeatures(embeddings, groups: groups)
    let sums = features.classSums()
    var nearest = [Double](repeating: 0, count: features.labels.count)
    try features.forEachPlainView(by: sums.normalizingRows()) { picture, cosines in
      let label = features.labels[picture]
      var best = -1.0
      for (place, cosine) in cosines.enumerated() where place != label { best = max(best, cosine) }
      if features.canLeaveOut(picture) {
        let own = features.rowsLeftOut(with: picture).filter { features.labels[$0 / features.views] == label }
        best = max(best, features.cosine(of: picture, without: own, in: sums[row: label]))
      }
      nearest[picture] = best
    }
    let middle = median(nearest)
    let deviation = 1.4826 * median(nearest.map { abs($0 - middle) })
    guard nearest.count >= 20, deviation > 1e-6 else { return [] }
    let labels = features.classes
    return nearest.indices.compactMap { picture in
      let distance = (middle - nearest[picture]) / deviation
      guard distance > leastDistance else { return nil }
      return Outlier(picture: features.names[picture], label: labels[features.labels[picture]], distance: distance)
    }.sorted { ($1.distance, $0.picture) < ($0.distance, $1.picture) }
  }

  // Of a normal distribution, one in 30 000 is further away.
  private static let leastDistance = 4.0

  private static func flaws(_ embeddings: EmbeddingSet) -> [Flaw] {
    let sharp = embeddings.classes.flatMap { $0.pictures.compactMap { $0.look?.sharpness.map(Double.init) } }
    // A data set of drawings or of soft pictures is sharp in its own way.
    let leastSharpness = min(0.35, median(sharp) / 2)
    var flaws: [Flaw] = []
    for known in embeddings.classes {
      for picture in known.pictures {
        guard let look = picture.look else { continue }
        func add(_ kind: Flaw.Kind, _ value: Double) {
          flaws.append(Flaw(picture: picture.name, label: known.name, kind: kind, value: value))
        }
        if look.brightness < 35 {
          add(.dark, Double(look.brightness))
        } else if look.brightness > 235, look.contrast < 30 {
          add(.bright, Double(look.brightness))
        } else if look.contrast < 10 {
          add(.flat, Double(look.contrast))
        }
        if let sharpness = look.sharpness, Double(sharpness) < leastSharpness { add(.blurred, Double(sharpness)) }
        let (short, long) = (min(look.width, look.height), max(look.width, look.height))
        if short < 64 { add(.small, Double(short)) }
        if short > 0, long > 3 * short { add(.oddShape, Double(long) / Double(short)) }
      }
    }
    return flaws
  }

  private static func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
  }
}
