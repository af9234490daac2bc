public import LinearAlgebra

/// The pictures of an embedding set in groups that are left out together: near-duplicates, and pictures that were given the
/// same group.
///
/// A picture whose near-duplicate is among the training pictures is easy to classify, which a new picture would not be.
public struct PictureGroups: Sendable, Hashable {
  /// The groups of two or more pictures, each ascending, in the order of their first pictures. Pictures are counted in the
  /// order of the set, class by class.
  public let groups: [[Int]]

  /// Creates groups from pairs of pictures that belong together, directly or through others.
  ///
  /// - Parameters:
  ///   - count: The number of pictures.
  ///   - pairs: Pairs of indices of pictures.
  public init(count: Int, joining pairs: some Sequence<(Int, Int)>) {
    var parents = Array(0..<count)
    func root(_ index: Int) -> Int {
      var index = index
      while parents[index] != index {
        parents[index] = parents[parents[index]]
        index = parents[index]
      }
      return index
    }
    for (first, second) in pairs where parents.indices.contains(first) && parents.indices.contains(second) {
      let (one, other) = (root(first), root(second))
      if one != other { parents[max(one, other)] = min(one, other) }
    }
    var members: [Int: [Int]] = [:]
    for index in 0..<count { members[root(index), default: []].append(index) }
    groups = members.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Finds the groups of a set: near-duplicates, and pictures with the same ``EmbeddedPicture/group``.
  ///
  /// - Throws: `LinearAlgebraError`.
  public init(_ embeddings: EmbeddingSet) throws(LinearAlgebraError) {
    try self.init(embeddings, NearDuplicates(embeddings))
  }

  /// Creates the groups of a set from its near-duplicates.
  public init(_ embeddings: EmbeddingSet, _ duplicates: NearDuplicates) {
    let pictures = embeddings.classes.flatMap(\.pictures)
    var last: [String: Int] = [:]
    var given: [(Int, Int)] = []
    for (index, picture) in pictures.enumerated() {
      guard let group = picture.group else { continue }
      if let before = last.updateValue(index, forKey: group) { given.append((before, index)) }
    }
    self.init(count: pictures.count, joining: duplicates.pairs.map { ($0.first, $0.second) } + given)
  }

  /// Finds the groups of pictures that are not in a set, such as pictures that are still to be split.
  ///
  /// - Parameters:
  ///   - pictures: The pictures, class by class; nil for one that cannot be read, which is in no group.
  ///   - classes: The number of pictures of each class.
  ///   - space: The space of their embeddings.
  ///   - groups: The group that each picture was given, if any.
  /// - Throws: The errors of ``EmbeddingSet/add(_:to:)``, `LinearAlgebraError`.
  package init(
    _ pictures: [EmbeddedPicture?], classes: [Int], in space: EmbeddingSpace, groups: [String?]
  ) throws {
    var set = EmbeddingSet(space: space, budget: .max)
    var indices: [Int] = []
    var start = 0
    for (place, count) in classes.enumerated() {
      for index in start..<min(start + count, pictures.count) {
        guard var picture = pictures[index] else { continue }
        picture.group = groups.indices.contains(index) ? groups[index] : nil
        try set.append(picture, to: "\(place)")
        indices.append(index)
      }
      start += count
    }
    let found = try PictureGroups(set)
    self.init(
      count: pictures.count,
      joining: found.groups.flatMap { group in zip(group, group.dropFirst()).map { (indices[$0], indices[$1]) } })
  }

  /// No groups: each picture is left out alone.
  public static let none = PictureGroups(count: 0, joining: [])
}
