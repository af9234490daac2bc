#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The TFRecord files of a folder.
enum RecordFolder {
  /// The files that belong together, in the order of their names; the file itself where `url` is none.
  ///
  /// - Parameter split: Which to take; by default all, which must then be of one split.
  /// - Throws: ``RecordError``.
  static func files(at url: URL, split: RecordSplit?) throws(RecordError) -> [URL] {
    let path = url.relativePath
    var isFolder = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .unreadable(file: path, reason: "there is no such file or folder")
    }
    guard isFolder else { return [url] }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    } catch {
      throw .unreadable(file: path, reason: "its files cannot be listed")
    }
    let found = names.compactMap { name in RecordFileName(name).map { (text: name, name: $0) } }
    guard !found.isEmpty else { throw .noFiles(path: path) }
    let wanted = found.filter { split == nil || $0.name.split == split }
    guard !wanted.isEmpty else { throw .noSuchSplit(path: path, split: split?.rawValue ?? "") }
    let splits = Set(wanted.map { $0.name.split?.rawValue ?? "others" })
    guard splits.count == 1 else { throw .severalSplits(path: path, splits: splits.sorted()) }
    try check(wanted, path: path)
    return wanted.map { url.appending(path: $0.text) }
  }

  /// Looks whether each numbered set of files is complete.
  private static func check(
    _ files: [(text: String, name: RecordFileName)], path: String
  ) throws(RecordError) {
    let shards = files.compactMap { file in file.name.shard.map { (text: file.text, shard: $0) } }
    let sets = Dictionary(grouping: shards) { "\($0.shard.stem) \($0.shard.count)" }
    for (_, set) in sets.sorted(by: { $0.key < $1.key }) {
      guard let first = set.first else { continue }
      let numbers = Set(set.map(\.shard.number))
      // However many there should be, no more are looked for than are there, and one.
      if let missing = (0..<max(0, first.shard.count)).first(where: { !numbers.contains($0) }) {
        throw .missingFile(path: path, beside: first.text, number: missing, count: first.shard.count)
      }
    }
  }
}
