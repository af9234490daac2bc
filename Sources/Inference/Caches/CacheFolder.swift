import Heads
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  public import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
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
  static func standard(_ variable: (String) -> String? = EnvironmentVariable.value) -> URL? {
    if let caches = variable("XDG_CACHE_HOME"), caches.hasPrefix("/") {
      return URL(filePath: caches).appending(path: "imprint")
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    #if canImport(Darwin)
      return URL(filePath: home).appending(path: "Library/Caches/imprint")
    #else
      return URL(filePath: home).appending(path: ".cache/imprint")
    #endif
  }

  func file(_ name: String) -> URL { folder.appending(path: name, directoryHint: .notDirectory) }

  func make() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  /// Runs `work` while no other process runs its work in this folder, unless one takes longer than ten seconds.
  ///
  /// The lock is one of the system on the folder, which ends with the process. Without it, as on some network file systems,
  /// `work` runs all the same: it replaces files in one step, so that it can only lose what another process wrote.
  func locked<Value>(_ work: () throws -> Value) rethrows -> Value {
    let descriptor = systemOpen(folder.path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    defer { if descriptor >= 0 { close(descriptor) } }
    let end = ContinuousClock.now + .seconds(10)
    while descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, [EWOULDBLOCK, EINTR].contains(errno),
      ContinuousClock.now < end
    {
      usleep(2000)
    }
    return try work()
  }

  /// Opens a file and compares its contents with its checksum, unless this version has been compared since the system started;
  /// nil where there is none, another user may have written it, or it is not as it was written.
  ///
  /// - Parameter now: The time now.
  /// - Complexity: O(bytes) where the contents are compared; 0.2 ms per MB.
  func open(_ name: String, now: FileStamp.Time = .now) -> CachedFile? {
    let sumFile = file(name + CachedSum.ending)
    guard let known = CachedFile(file(name)), let kept = CachedFile(sumFile), var sum = CachedSum(kept.bytes) else {
      return nil
    }
    let version = CachedSum.version(of: known.bytes, named: name, at: now)
    if version == nil || version != sum.version {
      guard sum.checksum == CachedSum(of: known.bytes, named: name).checksum else { return nil }
      sum.version = version
      if version != nil { try? AtomicFile(cached: sumFile).write([sum.bytes]) }
    }
    touch(sumFile)
    return known
  }

  /// Writes a file and its checksum, and removes the least recently used files beyond the limit. Larger files than a quarter
  /// of the limit are not written. If it fails, the file is missing or will not be used.
  func keep(_ contents: Bytes, as name: String) {
    guard contents.count <= limit / 4, (try? make()) != nil else { return }
    let sum = CachedSum(of: contents, named: name)
    let sumFile = AtomicFile(cached: file(name + CachedSum.ending))
    guard (try? AtomicFile.write([(AtomicFile(cached: file(name)), [contents]), (sumFile, [sum.bytes])])) != nil else {
      return
    }
    removeOldest(but: name)
  }

  /// Removes a file and its checksum.
  func remove(_ name: String) {
    for name in [name, name + CachedSum.ending] { try? FileManager.default.removeItem(at: file(name)) }
  }

  /// Marks a file as used now: one with a checksum at its second file, because the mark is a change of the file that is
  /// marked. If that fails, the file is only removed a little earlier.
  func touch(_ file: URL) {
    utimensat(AT_FDCWD, file.path, nil, 0)
  }

  /// Removes the least recently used files until the rest is within the limit, and the remains of interrupted writes.
  ///
  /// - Parameter kept: The name of a file not to remove.
  func removeOldest(but kept: String) {
    let manager = FileManager.default
    let names = Set((try? manager.contentsOfDirectory(atPath: folder.path)) ?? [])
    var files: [(name: String, size: Int, used: Date)] = []
    var total = 0
    for name in names {
      let path = file(name).path
      guard let known = try? manager.attributesOfItem(atPath: path), let used = known[.modificationDate] as? Date,
        let size = known[.size] as? Int
      else { continue }
      if endings.contains(where: { name.hasSuffix($0) }) {
        let marked = try? manager.attributesOfItem(atPath: file(name + CachedSum.ending).path)
        total += size
        if name != kept { files.append((name, size, marked?[.modificationDate] as? Date ?? used)) }
      } else if isRemains(name, of: names), used.timeIntervalSinceNow < -86_400 {
        try? manager.removeItem(atPath: path)
      }
    }
    for file in files.sorted(by: { $0.used < $1.used }) where total > limit {
      remove(file.name)
      total -= file.size
    }
  }

  /// Returns whether a name is that of a file that an earlier version began to write, or of a checksum without its file.
  private func isRemains(_ name: String, of names: Set<String>) -> Bool {
    (name.hasPrefix(".") && name.hasSuffix(".tmp"))
      || (name.hasSuffix(CachedSum.ending) && !names.contains(String(name.dropLast(CachedSum.ending.count))))
  }
}

// Inside the type, the method `open` hides the system function.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
