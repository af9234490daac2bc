import Foundation
import Imprinting

/// Merges files of sums one after the other, and compares with reading them.
struct Merging {
  /// The number of files to merge.
  let files: Int
  let classes: Int
  let dimension: Int

  // So many files differ; they are read again and again, from the system's cache.
  private static let different = 8
  // The number of pictures of a file for each class.
  private static let pictures = 2

  /// Returns the seconds to read the files, to read and merge them, and the bytes of one of them.
  func run() throws -> [String: Double] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "growth-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let synthetic = SyntheticPictures(dimension: dimension, classes: classes)
    var names: [URL] = []
    for place in 0..<min(files, Self.different) {
      var part = EmbeddingSet(space: synthetic.space, budget: 0)
      let count = Self.pictures * classes
      for number in place * count..<(place + 1) * count {
        try part.add(synthetic.picture(number), to: synthetic.label(of: number))
      }
      names.append(folder.appending(path: "\(place).embeddings"))
      try part.write(to: names[place])
    }
    let bytes = try FileManager.default.attributesOfItem(atPath: names[0].path)[.size] as? Int ?? 0
    var all = EmbeddingSet(space: synthetic.space, budget: 0)
    var found = ["reading": 0.0, "merging": 0.0, "bytes": Double(bytes)]
    for start in stride(from: 0, to: files, by: names.count) {
      let some = names.prefix(files - start)
      // In turns, so that other work of the machine slows both.
      found["reading", default: 0] += try Growth.seconds {
        for name in some { _ = try EmbeddingSet(contentsOf: name) }
      }
      found["merging", default: 0] += try Growth.seconds {
        for name in some { try all.merge(EmbeddingSet(contentsOf: name)) }
      }
    }
    guard all.pictures == files * Self.pictures * classes else {
      throw BenchmarkError("\(all.pictures) pictures were merged")
    }
    found["merging", default: 0] += try Growth.seconds { try all.write(to: folder.appending(path: "all.embeddings")) }
    return found
  }
}
