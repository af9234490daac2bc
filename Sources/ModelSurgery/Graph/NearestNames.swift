/// A search for the names of a list that are most similar to a mistyped name.
package enum NearestNames {
  /// Returns at most three names, the most similar first. Names that contain the name or are contained in it come
  /// before names with few letters to change.
  ///
  /// - Complexity: O(names × length²), with lengths of at most 256 bytes.
  package static func to(_ name: String, among names: [String]) -> [String] {
    let wanted = Array(name.lowercased().utf8.prefix(longest))
    guard !wanted.isEmpty else { return [] }
    var found: [(name: String, distance: Int)] = []
    var limit = max(2, wanted.count / 2)
    for candidate in names.prefix(mostNames) where candidate.utf8.count <= longest {
      let letters = Array(candidate.lowercased().utf8)
      guard !letters.isEmpty, !found.contains(where: { $0.name == candidate }) else { continue }
      let isPart = letters.count > 2 && wanted.count > 2 && (contains(letters, wanted) || contains(wanted, letters))
      guard let distance = isPart ? 0 : distance(wanted, letters, limit: limit) else { continue }
      found.append((candidate, distance))
      found.sort { $0.distance < $1.distance }
      if found.count > 3 { found.removeLast() }
      if found.count == 3, let last = found.last { limit = min(limit, last.distance) }
    }
    return found.map(\.name)
  }

  private static let longest = 256
  private static let mostNames = 4000

  private static func contains(_ whole: [UInt8], _ part: [UInt8]) -> Bool {
    guard part.count <= whole.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0..<($0 + part.count)].elementsEqual(part) }
  }

  /// Returns the Levenshtein distance, or nil if it is above `limit`.
  private static func distance(_ one: [UInt8], _ other: [UInt8], limit: Int) -> Int? {
    guard abs(one.count - other.count) <= limit else { return nil }
    var row = Array(0...other.count)
    for (line, letter) in one.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, candidate) in other.enumerated() {
        let changed = diagonal + (letter == candidate ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
      }
      if let least = row.min(), least > limit { return nil }
    }
    return row.last.flatMap { $0 <= limit ? $0 : nil }
  }
}
