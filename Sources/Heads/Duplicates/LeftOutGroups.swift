/// The groups of pictures as leave-one-out uses them.
///
/// A class must keep a picture, so that the other pictures of a group can still be taken for it. A class whose pictures are all
/// in one group therefore keeps them, and its pictures cannot be left out.
struct LeftOutGroups: Sendable {
  /// Pictures that are left out together.
  struct Group: Sendable {
    /// The pictures, ascending; two or more.
    let members: [Int]
    /// The classes that lose pictures, ascending, and how many they lose.
    let removed: [(place: Int, count: Int)]
  }

  let groups: [Group]
  /// The pictures whose class has no other pictures than those that are left out with them.
  let alone: Set<Int>
  private let places: [Int: Int]

  // More pictures would take seconds to leave out; those of a video that are further apart are less alike.
  private static let mostMembers = 128

  /// - Parameters:
  ///   - groups: The groups.
  ///   - labels: The class of each picture.
  ///   - counts: The number of pictures of each class.
  init(_ groups: PictureGroups, labels: [Int], counts: [Int]) {
    var kept: [Group] = []
    var alone: Set<Int> = []
    for group in groups.groups {
      let group = group.filter { labels.indices.contains($0) }
      var sizes: [Int: Int] = [:]
      for picture in group { sizes[labels[picture], default: 0] += 1 }
      alone.formUnion(group.filter { sizes[labels[$0]] == counts[labels[$0]] })
      let members = group.filter { !alone.contains($0) }
      for start in stride(from: 0, to: members.count, by: Self.mostMembers) {
        let part = Array(members[start..<min(start + Self.mostMembers, members.count)])
        guard part.count > 1 else { continue }
        var removed: [Int: Int] = [:]
        for picture in part { removed[labels[picture], default: 0] += 1 }
        kept.append(Group(members: part, removed: removed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
      }
    }
    self.groups = kept
    self.alone = alone
    var places: [Int: Int] = [:]
    for (place, group) in kept.enumerated() { for picture in group.members { places[picture] = place } }
    self.places = places
  }

  /// Returns the index of a picture's group; nil where it is left out alone.
  func place(of picture: Int) -> Int? { places[picture] }

  /// Returns a picture's group; nil where it is left out alone.
  func group(of picture: Int) -> Group? { places[picture].map { groups[$0] } }
}
