import Foundation
import GRDB
import Pictures
import Synchronization

/// When a folder was last changed.
struct FolderTime: Equatable {
  let modified: Double
}

extension ProjectStore {
  /// What ``reconcile()`` found.
  public struct Reconciled: Sendable, Hashable {
    /// The number of pictures that were added outside.
    public var added = 0
    /// The number of pictures that are gone.
    public var gone = 0
    /// The number of pictures that were moved outside.
    public var moved = 0
    /// The number of pictures whose file has changed.
    public var changed = 0
    /// Folders that are no classes, with the reason.
    public var leftOut: [String] = []

    /// Whether anything differs.
    public var hasChanges: Bool { added + gone + moved + changed > 0 }
  }

  /// Brings the index up to date with the folder: pictures and classes that came, went, moved or changed outside, or while a
  /// process was killed.
  ///
  /// A picture is recognised in another place by its bytes. A picture whose file is in the bin although it should be in a class
  /// is put back.
  ///
  /// - Throws: ``ProjectError``.
  public func reconcile() throws -> Reconciled {
    let found = try filesByFolder()
    let result = try write { database in
      var result = Reconciled()
      result.leftOut = found.leftOut
      try reconcileClasses(found.files.keys.sorted(), database)
      let classes = try ProjectClass.fetchAll(database)
      var known: [Int64: [String: Row]] = [:]
      for row in try Row.fetchAll(
        database, sql: "SELECT id, class, file, size, modified, digest FROM picture WHERE class IS NOT NULL")
      {
        known[row["class"], default: [:]][row["file"]] = row
      }
      var missing: [Row] = []
      var news: [(known: ProjectClass, file: String)] = []
      for of in classes {
        let files = found.files[of.folder] ?? []
        let rows = known[of.id] ?? [:]
        for file in files {
          guard let row = rows[file] else {
            news.append((of, file))
            continue
          }
          let status = FileStatus(folder(of: of).appending(path: file))
          guard let status, status.size != row["size"] as Int64 || status.modified != row["modified"] as Double else {
            continue
          }
          result.changed += 1
          try database.execute(
            sql: """
              UPDATE picture SET size = ?, modified = ?, digest = NULL, state = 'pending', message = NULL WHERE id = ?
              """, arguments: [status.size, status.modified, row["id"] as Int64])
        }
        let there = Set(files)
        missing += rows.filter { !there.contains($0.key) }.map(\.value)
      }
      for id in known.keys where !classes.contains(where: { $0.id == id }) {
        missing += (known[id] ?? [:]).map(\.value)
      }
      try reconcile(missing, news, classes, into: &result, database)
      try database.execute(
        sql: "DELETE FROM class WHERE folder NOT IN (SELECT value FROM json_each(?))",
        arguments: [String(decoding: try JSONEncoder().encode(found.files.keys.sorted()), as: UTF8.self)])
      return result
    }
    folderTimes.withLock { $0 = found.times }
    return result
  }

  /// Whether a folder of the project changed outside since it was last read.
  public func hasChangedOutside() -> Bool {
    let known = folderTimes.withLock { $0 }
    guard let now = try? times(within: known.keys) else { return false }
    return now != known
  }

  /// Notes the times of folders that the studio itself changed, unless they had been changed outside before.
  func noteFolders(touched: [String: FolderTime?]) {
    guard !touched.isEmpty else { return }
    folderTimes.withLock { times in
      for (key, before) in touched where times[key] == before {
        let status = FileStatus(folder.appending(path: key))
        times[key] = status.flatMap { $0.isFolder ? FolderTime(modified: $0.modified) : nil }
      }
    }
  }

  /// Returns the key of a folder's time: its path in the project; nil for folders elsewhere and for those of the studio.
  func folderKey(_ folder: URL) -> String? {
    let (root, path) = (self.folder.path, folder.path)
    let prefix = root.hasSuffix("/") ? root : root + "/"
    guard path.hasPrefix(prefix) else { return nil }
    let key = path.dropFirst(prefix.count).split(separator: "/").joined(separator: "/")
    return key.isEmpty || key.hasPrefix(".") ? nil : key
  }

  /// Returns the times of the class folders, and of known folders in them.
  private func times(within known: some Sequence<String>) throws -> [String: FolderTime] {
    var times: [String: FolderTime] = [:]
    for name in known where name.contains("/") {
      if let status = FileStatus(folder.appending(path: name)), status.isFolder {
        times[name] = FolderTime(modified: status.modified)
      }
    }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !name.hasPrefix(".") {
      if let status = FileStatus(folder.appending(path: name)), status.isFolder {
        times[name] = FolderTime(modified: status.modified)
      }
    }
    return times
  }

  /// Returns the paths of the pictures in each class folder.
  private func filesByFolder() throws -> (files: [String: [String]], times: [String: FolderTime], leftOut: [String]) {
    var times: [String: FolderTime]
    do {
      times = try self.times(within: [])
    } catch {
      throw ProjectError.cannotOpen(folder.path, because: Self.reason(error))
    }
    var files: [String: [String]] = [:]
    var leftOut: [String] = []
    for name in times.keys.sorted() {
      do {
        _ = try ClassName(name)
      } catch {
        leftOut.append(error.message)
        continue
      }
      let root = folder.appending(path: name, directoryHint: .isDirectory)
      do {
        let prefix = root.path.hasSuffix("/") ? root.path : root.path + "/"
        // The times come first: what changes while the files are listed is found the next time.
        for inner in Self.folders(in: root) {
          if let status = FileStatus(root.appending(path: inner)) {
            times["\(name)/\(inner)"] = FolderTime(modified: status.modified)
          }
        }
        files[name] = try PictureFiles.pictures(at: root).map { String($0.path.dropFirst(prefix.count)) }
      } catch {
        guard case .noPictures = error.code else {
          leftOut.append(error.message)
          continue
        }
        files[name] = []
      }
    }
    return (files, times, leftOut)
  }

  /// Returns the paths of all folders in a folder, but hidden ones.
  private static func folders(in root: URL) -> [String] {
    var folders: [String] = []
    var waiting = [""]
    while let path = waiting.popLast() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path)) ?? []
      for name in names where !name.hasPrefix(".") {
        let inner = path.isEmpty ? name : "\(path)/\(name)"
        guard FileStatus(root.appending(path: inner))?.isFolder == true, folders.count < mostFolders else { continue }
        folders.append(inner)
        waiting.append(inner)
      }
    }
    return folders
  }

  private static let mostFolders = 10_000

  private func reconcileClasses(_ folders: [String], _ database: Database) throws {
    for name in folders {
      if try ProjectClass.fetchOne(database, sql: "SELECT * FROM class WHERE folder = ?", arguments: [name]) != nil {
        continue
      }
      let shown = try ClassName(name).text
      // Two folders whose names are the same text are one class only for the eye.
      var (free, number) = (shown, 1)
      while try ProjectClass.fetchOne(database, sql: "SELECT * FROM class WHERE name = ?", arguments: [free]) != nil {
        number += 1
        free = "\(shown) (\(number))"
      }
      try database.execute(sql: "INSERT INTO class (name, folder) VALUES (?, ?)", arguments: [free, name])
    }
  }

  private func reconcile(
    _ missing: [Row], _ news: [(known: ProjectClass, file: String)], _ classes: [ProjectClass],
    into result: inout Reconciled, _ database: Database
  ) throws {
    // The rows of pictures that could be those of the new files: the missing ones, and those of the bin whose file is gone.
    var candidates: [Data: [Int64]] = [:]
    for row in missing { if let digest = row["digest"] as Data? { candidates[digest, default: []].append(row["id"]) } }
    for row in try Row.fetchAll(
      database, sql: "SELECT id, file, digest FROM picture WHERE class IS NULL AND digest IS NOT NULL")
    {
      guard FileStatus(binFile(row["id"], name: row["file"])) == nil else { continue }
      candidates[row["digest"], default: []].append(row["id"])
    }
    var found: Set<Int64> = []
    for (known, file) in news {
      let url = folder(of: known).appending(path: file, directoryHint: .notDirectory)
      guard let status = FileStatus(url) else { continue }
      if !candidates.isEmpty, let digest = Digest.ofFile(url),
        let id = candidates[digest]?.first(where: { !found.contains($0) })
      {
        found.insert(id)
        result.moved += 1
        try database.execute(
          sql: "UPDATE picture SET class = ?, file = ?, size = ?, modified = ? WHERE id = ?",
          arguments: [known.id, file, status.size, status.modified, id])
        continue
      }
      result.added += 1
      try database.execute(
        sql: """
          INSERT INTO picture (class, file, size, modified, added, origin, state) VALUES (?, ?, ?, ?, ?, 'outside', 'pending')
          """, arguments: [known.id, file, status.size, status.modified, Date.now.timeIntervalSince1970])
    }
    for row in missing where !found.contains(row["id"]) {
      let (id, file): (Int64, String) = (row["id"], row["file"])
      let binned = binFile(id, name: file)
      if FileStatus(binned) != nil, let known = classes.first(where: { $0.id == row["class"] as Int64 }) {
        let target = folder(of: known).appending(path: file, directoryHint: .notDirectory)
        if FileStatus(target) == nil, FileStatus.move(binned.path, target.path) == 0 { continue }
      }
      result.gone += 1
      try database.execute(sql: "UPDATE picture SET class = NULL WHERE id = ?", arguments: [id])
    }
  }
}
