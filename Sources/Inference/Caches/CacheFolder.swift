import Heads
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  public import Foundation
#endif

/// A folder of cache files. The least recently used files are removed first.
struct CacheFolder: Sendable, Hashable {
  /// The folder of the files, created when the first file is written.
  let folder: URL
  /// The greatest total size of the files in bytes.
  let limit: Int
  /// The endings of the names of cache files.
  let endings: [String]

  /// Returns `imprint` in `$XDG_CACHE_HOME`, or else in `~/.cache`, on Apple's systems in `~/Library/Caches`; nil where
  /// `HOME` is not set.
  static func standard(environment: [String: String]) -> URL? {
    if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") {
      return URL(filePath: caches).appending(path: "imprint")
    }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    #if canImport(Darwin)
      return URL(filePath: home).appending(path: "Library/Caches/imprint")
    #else
      return URL(filePath: home).appending(path: ".cache/imprint")
    #endif
  }

  func file(_ name: String) -> URL { folder.appending(path: name, directoryHint: .notDirectory) }

  func make() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  /// Marks a file as used now. If that fails, the file is only removed a little earlier.
  func touch(_ file: URL) {
    try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file.path)
  }

  /// Removes the least recently used files until the rest is within the limit, and the remains of interrupted writes.
  ///
  /// - Parameter kept: The name of a file not to remove.
  func removeOldest(but kept: String) {
    let manager = FileManager.default
    let names = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
    var files: [(path: String, size: Int, used: Date)] = []
    var total = 0
    for name in names {
      let path = file(name).path
      guard let used = try? manager.attributesOfItem(atPath: path)[.modificationDate] as? Date,
        let size = try? Bytes(mapping: file(name)).count
      else { continue }
      if endings.contains(where: { name.hasSuffix($0) }) {
        total += size
        if name != kept { files.append((path, size, used)) }
      } else if name.hasPrefix("."), name.hasSuffix(".tmp"), used.timeIntervalSinceNow < -86_400 {
        try? manager.removeItem(atPath: path)
      }
    }
    for file in files.sorted(by: { $0.used < $1.used }) where total > limit {
      try? manager.removeItem(atPath: file.path)
      total -= file.size
    }
  }
}
