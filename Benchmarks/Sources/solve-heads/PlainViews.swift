import Foundation
import Imprinting

/// The embedding of every picture's plain view, with the number of its class.
struct PlainViews {
  var steps: [[Float]] = []
  var labels: [Int] = []

  /// Writes `NAME.x`, 32-bit floats row by row, and `NAME.y`, 32-bit integers.
  func write(to folder: URL, named name: String) throws {
    let rows = steps.joined().reduce(into: Data()) { data, step in
      withUnsafeBytes(of: step.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    try rows.write(to: folder.appending(path: "\(name).x"))
    let numbers = labels.reduce(into: Data()) { data, label in
      withUnsafeBytes(of: Int32(truncatingIfNeeded: label).littleEndian) { data.append(contentsOf: $0) }
    }
    try numbers.write(to: folder.appending(path: "\(name).y"))
  }
}

extension EmbeddingSet {
  /// Returns the pictures' plain views; a class's number is its place in `names`.
  ///
  /// - Throws: ``EmbeddingSetError/noClass(_:known:)`` if a class is missing from `names`.
  func plainViews(of names: [String]) throws -> PlainViews {
    var views = PlainViews()
    for known in classes {
      guard let label = names.firstIndex(of: known.name) else {
        throw EmbeddingSetError.noClass(known.name, known: names)
      }
      for picture in known.pictures {
        views.steps.append(space.plainSteps(of: picture))
        views.labels.append(label)
      }
    }
    return views
  }
}
