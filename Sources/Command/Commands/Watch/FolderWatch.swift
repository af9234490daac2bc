import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Watches a folder for pictures that appear in it.
///
/// A picture counts when the program that writes it has closed it, or has moved it into the folder: on Linux the system tells
/// of it (inotify); elsewhere, and in folders of which it does not tell, its size must be the same twice, half a second apart.
struct FolderWatch {
  private let folder: URL

  /// - Throws: ``WatchError``.
  init(_ path: String) throws(WatchError) {
    folder = URL(filePath: path, directoryHint: .isDirectory)
  }

  /// Calls `body` with each picture, until it or `isWanted` returns false, or the folder is gone.
  ///
  /// - Returns: Why the folder cannot be watched any more; nil where the watching was ended.
  func run(while isWanted: () -> Bool, _ body: (URL) -> Bool) throws(WatchError) -> WatchError? {
    guard access(folder.path, R_OK | X_OK) == 0 else {
      return .badFolder(folder.relativePath, reason: String(cString: strerror(errno)))
    }
    #if os(Linux)
      let notices = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
      if notices >= 0 {
        defer { close(notices) }
        let events = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
        if inotify_add_watch(notices, folder.path, events) >= 0 { return follow(notices, while: isWanted, body) }
      }
    #endif
    return poll(while: isWanted, body)
  }

  /// Whether a file of this name can be a picture.
  static func isPicture(_ name: String) -> Bool {
    let ending = name.split(separator: ".", omittingEmptySubsequences: false).last?.lowercased() ?? ""
    return !name.hasPrefix(".") && PictureFiles.endings.contains(ending)
  }

  #if os(Linux)
    private func follow(_ notices: Int32, while isWanted: () -> Bool, _ body: (URL) -> Bool) -> WatchError? {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let header = MemoryLayout<inotify_event>.size
      while isWanted() {
        var waiting = pollfd(fd: notices, events: Int16(POLLIN), revents: 0)
        guard systemPoll(&waiting, 1, 100) > 0 else { continue }
        let count = read(notices, &buffer, buffer.count)
        var place = 0
        while place + header <= count {
          let event = buffer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: inotify_event.self) }
          let end = place + header + Int(event.len)
          guard end <= count else { break }
          let name = buffer[(place + header)..<end].prefix { $0 != 0 }
          place = end
          if event.mask & (UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_IGNORED)) != 0 {
            return .badFolder(folder.relativePath, reason: "it was removed")
          }
          guard let text = String(validating: name, as: UTF8.self), Self.isPicture(text) else { continue }
          guard body(folder.appending(path: text)) else { return nil }
        }
      }
      return nil
    }
  #endif

  private func poll(while isWanted: () -> Bool, _ body: (URL) -> Bool) -> WatchError? {
    guard let first = sizes() else { return .badFolder(folder.relativePath, reason: "it cannot be listed") }
    var done = Set(first.keys)
    var growing: [String: Int64] = [:]
    while isWanted() {
      usleep(500_000)
      guard let found = sizes() else { return .badFolder(folder.relativePath, reason: "it was removed") }
      for (name, size) in found.sorted(by: { $0.key < $1.key }) where !done.contains(name) {
        if growing[name] == size {
          done.insert(name)
          growing[name] = nil
          guard body(folder.appending(path: name)) else { return nil }
        } else {
          growing[name] = size
        }
      }
      done.formIntersection(found.keys)
    }
    return nil
  }

  private func sizes() -> [String: Int64]? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else { return nil }
    var sizes: [String: Int64] = [:]
    for name in names where Self.isPicture(name) {
      var status = stat()
      if stat(folder.appending(path: name).path, &status) == 0 { sizes[name] = Int64(status.st_size) }
    }
    return sizes
  }
}

// Inside the type, the method `poll` hides the system function.
private func systemPoll(_ descriptors: UnsafeMutablePointer<pollfd>, _ count: Int, _ milliseconds: Int32) -> Int32 {
  poll(descriptors, nfds_t(count), milliseconds)
}
