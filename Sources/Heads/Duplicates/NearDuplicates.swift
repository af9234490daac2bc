public import LinearAlgebra
import Platform

/// Pictures of an embedding set that show the same: exact copies, and near-duplicates such as the frames of a burst, scaled,
/// compressed, mirrored or slightly cropped copies.
///
/// The similarity of two pictures with the features z and the sketches w is
///
///     s = z·z' + ½ max(w·w', w·mirrored w')
///
/// They are near-duplicates where s ≥ t + 0.81 (1.5 − t). t follows from the data: the mean of two lower quartiles of s, among
/// the pictures of the class and among those of all classes; for two classes the greater of both. So pictures of a class whose
/// pictures are all alike must be more alike to count as near-duplicates. Pictures whose look is not known, as in embedding
/// files of version 1, have no near-duplicates.
///
/// Of exact copies only the first is compared, and each copy makes one pair with the copy before it.
public struct NearDuplicates: Sendable {
  /// Two pictures that show the same.
  public struct Pair: Sendable, Hashable {
    /// The indices of the pictures in the order of the set, class by class; the lower one first.
    public let first, second: Int
    /// How alike they are: 1 for exact copies; otherwise s / 1.5.
    public let similarity: Double
    /// Whether they have the same content.
    public let isExact: Bool
  }

  /// The pairs that join all pictures that show the same, ordered by their first, then their second picture.
  public let pairs: [Pair]

  /// The number of pictures beyond which only exact copies are found, as the time grows with its square.
  public static let mostPictures = 1 << 15

  // The greatest s.
  static let greatest: Float = 1.5
  private static let share: Float = 0.81
  // The pairs of a class from which its quartile is estimated.
  private static let sample = 400
  private static let block = 512

  /// Finds the near-duplicates of a set; none where the set stores only sums.
  ///
  /// - Throws: `LinearAlgebraError`.
  /// - Complexity: O(n²) with 128 multiplications for a pair, and O(D) for the few pairs whose sketches are alike.
  public init(_ embeddings: EmbeddingSet) throws(LinearAlgebraError) {
    let pictures = embeddings.classes.flatMap(\.pictures)
    let labels = embeddings.classes.enumerated().flatMap {
      Array(repeating: $0.offset, count: $0.element.pictures.count)
    }
    // The last copy of each picture.
    var copies: [PictureDigest: Int] = [:]
    var found: [Pair] = []
    var seen: [Int] = []
    for (index, picture) in pictures.enumerated() {
      if let digest = picture.digest, let before = copies.updateValue(index, forKey: digest) {
        found.append(Pair(first: before, second: index, similarity: 1, isExact: true))
      } else if picture.look != nil {
        seen.append(index)
      }
    }
    if seen.count > 1, seen.count <= Self.mostPictures {
      let comparison = PictureComparison(seen.map { pictures[$0] }, in: embeddings.space)
      let known = seen.map { labels[$0] }
      let limits = Self.limits(comparison, labels: known, classes: embeddings.classes.count)
      try comparison.forEachAlike(limits: limits, labels: known, block: Self.block) { one, other, similarity in
        found.append(Pair(first: seen[one], second: seen[other], similarity: similarity, isExact: false))
      }
    }
    pairs = found.sorted { ($0.first, $0.second) < ($1.first, $1.second) }
  }

  /// Returns the least similarity of near-duplicates for each class.
  ///
  /// - Parameter labels: The classes of the pictures, ascending.
  private static func limits(_ comparison: PictureComparison, labels: [Int], classes: Int) -> [Float] {
    var values: [[Float]] = Array(repeating: [], count: classes)
    var start = 0
    while start < labels.count {
      let end = labels[start...].firstIndex { $0 != labels[start] } ?? labels.count
      values[labels[start]] = sampledPairs(of: end - start).map {
        comparison.similarity(start + $0, start + $1)
      }
      start = end
    }
    let all = lowerQuartile(values.flatMap { $0 }) ?? greatest / 2
    return values.map { values in
      // A few pairs do not tell how alike the pictures of a class are.
      let own = values.count < 6 ? all : lowerQuartile(values) ?? all
      let typical = (own + all) / 2
      return typical + share * (greatest - typical)
    }
  }

  private static func lowerQuartile(_ values: [Float]) -> Float? {
    values.isEmpty ? nil : values.sorted()[values.count / 4]
  }

  /// Returns pairs of indices below a number: all of them, or a sample that covers all distances evenly.
  private static func sampledPairs(of count: Int) -> [(Int, Int)] {
    guard count > 1 else { return [] }
    if count * (count - 1) / 2 <= sample {
      return (0..<count).flatMap { first in (first + 1..<count).map { (first, $0) } }
    }
    var generator = SplitMix64(seed: UInt64(count))
    return (0..<sample).map { _ in
      let first = Int.random(in: 0..<count, using: &generator)
      let second = Int.random(in: 0..<count - 1, using: &generator)
      return (first, second < first ? second : second + 1)
    }
  }
}
