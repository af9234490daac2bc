public import Foundation
import GRDB

extension ProjectStore {
  /// A classifier to keep as a version.
  public struct NewVersion: Sendable {
    /// What its maker notes.
    public var note = ""
    /// The leave-one-out accuracy with the ends of its interval.
    public var accuracy: (value: Double, interval: ClosedRange<Double>)?
    /// The recall of each class, by its name.
    public var recalls: [String: Double] = [:]
    /// The pictures that it was made from: the class of each digest.
    public var pictures: [Data: String] = [:]

    /// Makes an empty description.
    public init() {}
  }

  /// Keeps a classifier as a version, with a list of the pictures that it was made from.
  ///
  /// - Parameters:
  ///   - version: Its description.
  ///   - write: Writes the model into a folder, and returns its size.
  public func addVersion(_ version: NewVersion, write body: (URL) throws -> Int) throws -> ProjectVersion {
    let making = versionsFolder.appending(path: "making-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: making, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: making) }
    let bytes = try body(making)
    return try write { database in
      let now = Date.now.timeIntervalSince1970
      try database.execute(
        sql: """
          INSERT INTO version (at, note, accuracy, lower, upper, pictures, classes, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          now, version.note, version.accuracy?.value, version.accuracy?.interval.lowerBound,
          version.accuracy?.interval.upperBound, version.pictures.count, Set(version.pictures.values).count, bytes,
        ])
      let number = database.lastInsertedRowID
      for (digest, name) in version.pictures {
        try database.execute(
          sql: "INSERT INTO versionPicture (version, digest, class) VALUES (?, ?, ?)",
          arguments: [number, digest, name])
      }
      for (name, recall) in version.recalls {
        try database.execute(
          sql: "INSERT INTO versionRecall (version, class, recall) VALUES (?, ?, ?)", arguments: [number, name, recall])
      }
      let target = versionFolder(number)
      try? FileManager.default.removeItem(at: target)
      guard FileStatus.move(making.path, target.path) == 0 else { throw ProjectError.system(target.path, errno) }
      guard
        let made = try ProjectVersion.fetchOne(
          database, sql: "SELECT * FROM version WHERE number = ?", arguments: [number])
      else { throw ProjectError.noVersion(number) }
      return made
    }
  }

  /// The versions, newest first.
  public func versions() throws -> [ProjectVersion] {
    try database.read { try ProjectVersion.fetchAll($0, sql: "SELECT * FROM version ORDER BY number DESC") }
  }

  /// Returns a version.
  ///
  /// - Throws: ``ProjectError/noVersion(_:)``.
  public func version(_ number: Int64) throws -> ProjectVersion {
    let found = try database.read { database in
      try ProjectVersion.fetchOne(database, sql: "SELECT * FROM version WHERE number = ?", arguments: [number])
    }
    guard let found else { throw ProjectError.noVersion(number) }
    return found
  }

  /// Returns the folder of a version's files.
  public func versionFolder(_ number: Int64) -> URL {
    versionsFolder.appending(path: "\(number)", directoryHint: .isDirectory)
  }

  /// What differs between two versions.
  public struct Comparison: Sendable {
    /// The names of classes that only the second version has.
    public var addedClasses: [String] = []
    /// The names of classes that only the first version has.
    public var removedClasses: [String] = []
    /// The number of pictures that only the second version has.
    public var addedPictures = 0
    /// The number of pictures that only the first version has.
    public var removedPictures = 0
    /// The number of pictures that are in another class in the second version.
    public var movedPictures = 0
    /// The recalls of each class before and after.
    public var recalls: [String: (before: Double?, after: Double?)] = [:]
  }

  /// Compares two versions.
  public func compare(_ from: Int64, with to: Int64) throws -> Comparison {
    _ = try (version(from), version(to))
    return try database.read { database in
      func classes(_ number: Int64) throws -> [Data: String] {
        var classes: [Data: String] = [:]
        for row in try Row.fetchAll(
          database, sql: "SELECT digest, class FROM versionPicture WHERE version = ?", arguments: [number])
        {
          classes[row[0]] = row[1]
        }
        return classes
      }
      let (before, after) = (try classes(from), try classes(to))
      var result = Comparison()
      result.addedClasses = Set(after.values).subtracting(before.values).sorted()
      result.removedClasses = Set(before.values).subtracting(after.values).sorted()
      result.addedPictures = after.keys.count { before[$0] == nil }
      result.removedPictures = before.keys.count { after[$0] == nil }
      result.movedPictures = after.count { before[$0.key] != nil && before[$0.key] != $0.value }
      for name in Set(after.values).union(before.values) { result.recalls[name] = (nil, nil) }
      for row in try Row.fetchAll(
        database, sql: "SELECT version, class, recall FROM versionRecall WHERE version IN (?, ?)",
        arguments: [from, to])
      {
        let (number, name, recall): (Int64, String, Double) = (row[0], row[1], row[2])
        if number == from { result.recalls[name, default: (nil, nil)].before = recall }
        if number == to { result.recalls[name, default: (nil, nil)].after = recall }
      }
      return result
    }
  }

  /// Goes back to the pictures and classes of a version: an ordinary step, which can be undone.
  ///
  /// - Returns: The number of pictures of the version that no longer exist.
  /// - Throws: ``ProjectError/cannotUndo(_:because:)`` where none exists any more.
  @discardableResult
  public func restore(_ number: Int64) throws -> Int {
    _ = try version(number)
    return try step("Go back to version \(number)") { step in try step.restore(number) }
  }
}

extension StepWork {
  /// Puts every picture where a version had it.
  fileprivate func restore(_ number: Int64) throws -> Int {
    var wanted: [Data: String] = [:]
    for (digest, name) in try versionPictures(number) { wanted[digest] = name }
    var placed: Set<Data> = []
    var classes: [String: ProjectClass] = [:]
    for known in try allClasses() { classes[known.name] = known }
    for name in Set(wanted.values).sorted() where classes[name] == nil {
      classes[name] = try makeClass(ClassName(name))
    }
    for picture in try allPictures() {
      guard let digest = picture.digest, let name = wanted[digest], !placed.contains(digest) else {
        if picture.classID != nil { try place([picture], in: nil) }
        continue
      }
      placed.insert(digest)
      try place([picture], in: classes[name])
    }
    guard wanted.isEmpty || !placed.isEmpty else {
      throw ProjectError.cannotUndo("version \(number)", because: "none of its pictures exists any more")
    }
    let names = Set(wanted.values)
    for known in try allClasses() where !names.contains(known.name) {
      if try pictures(of: known.id).isEmpty { try removeClass(known) }
    }
    return wanted.count - placed.count
  }
}
