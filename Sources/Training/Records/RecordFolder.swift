import Pictures
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The TFRecord files of a folder.
enum RecordFolder {
  /// Returns the TFRecord files of a folder in the order of their names, or the file itself if `url` is a file.
  ///
  /// - Parameter split: The split to return; by default the folder must hold only one.
  /// - Throws: ``RecordError``.
  static func files(at url: URL, split: RecordSplit?) throws(RecordError) -> [URL] {
    let path = url.relativePath
    var isFolder = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .unreadable(file: path, reason: "there is no such file or folder")
    }
    guard isFolder else { return [url] }
    guard let entries = FolderEntry.all(in: url.path) else {
      throw .unreadable(file: path, reason: "its files cannot be listed")
    }
    let names = entries.map(\.name)
    if let name = names.first(where: { !$0.isUTF8 && RecordFileName($0.text) != nil }) {
      throw .unreadable(file: "\(path)/\(name.text)", reason: "its name is not UTF-8")
    }
    let found = names.map(\.text).compactMap { name in RecordFileName(name).map { (text: name, name: $0) } }
    guard !found.isEmpty else { throw .noFiles(path: path) }
    let chosen = found.filter { split == nil || $0.name.split == split }
    guard !chosen.isEmpty else { throw .noSuchSplit(path: path, split: split?.rawValue ?? "") }
    let splits = Set(chosen.map { $0.name.split?.rawValue ?? "others" })
    guard splits.count == 1 else { throw .severalSplits(path: path, splits: splits.sorted()) }
    try check(chosen, path: path)
    return chosen.map { url.appending(path: $0.text) }
  }

  /// Throws ``RecordError/missingFile(path:beside:number:count:)`` if a numbered set of files is incomplete.
  private static func check(
    _ files: [(text: String, name: RecordFileName)], path: String
  ) throws(RecordError) {
    let shards = files.compactMap { file in file.name.shard.map { (text: file.text, shard: $0) } }
    let sets = Dictionary(grouping: shards) { "\($0.shard.stem) \($0.shard.count)" }
    for (_, set) in sets.sorted(by: { $0.key < $1.key }) {
      guard let first = set.first else { continue }
      let numbers = Set(set.map(\.shard.number))
      // The search ends at the first missing number, so a huge count costs nothing.
      if let missing = (0..<max(0, first.shard.count)).first(where: { !numbers.contains($0) }) {
        throw .missingFile(path: path, beside: first.text, number: missing, count: first.shard.count)
      }
    }
  }
}

/// The name of a TFRecord file, such as `train-00000-of-00010`, `flowers_train_00000-of-00005.tfrecord` or
/// `test.tfrecord`.
struct RecordFileName {
  /// The split, or nil if no word of the name denotes one.
  let split: RecordSplit?
  /// For a file of a numbered set: the name before the number, the number, and the number of files in the set.
  let shard: (stem: String, number: Int, count: Int)?

  /// Parses a name, or returns nil if it is not that of a TFRecord file.
  init?(_ name: String) {
    guard !name.hasPrefix(".") else { return nil }
    let stem: Substring
    if let match = name.wholeMatch(of: /(.*?)(\d+)-of-(\d+)(\.tfrec(ords?)?)?(\.gz)?/),
      // The name of a TensorFlow checkpoint.
      !match.1.hasSuffix(".data-"), let number = Int(match.2), let count = Int(match.3)
    {
      stem = match.1
      shard = (String(stem), number, count)
    } else if let match = name.wholeMatch(of: /(.+)\.tfrec(ords?)?(\.gz)?/) {
      stem = match.1
      shard = nil
    } else {
      return nil
    }
    split = stem.split { !$0.isLetter }.lazy.compactMap(RecordSplit.init(word:)).first
  }
}

/// A split of a data set, as the names of its TFRecord files denote it.
public enum RecordSplit: String, Sendable, Hashable {
  case train, validation, test

  /// Returns the split that a word in a file name denotes.
  init?(word: some StringProtocol) {
    switch word.lowercased() {
    case "train", "training": self = .train
    case "validation", "valid", "val", "dev": self = .validation
    case "test", "testing", "eval", "evaluation": self = .test
    default: return nil
    }
  }
}
