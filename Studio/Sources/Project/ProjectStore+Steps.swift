public import Foundation
import GRDB
import Synchronization

extension ProjectStore {
  /// What undo and redo would do.
  public struct Steps: Sendable, Hashable, Codable {
    /// The title of the step that undo takes back.
    public let undo: String?
    /// The title of the step that redo repeats.
    public let redo: String?
  }

  /// The steps, newest first.
  public func history(limit: Int = 200) throws -> [ProjectStep] {
    try database.read {
      try ProjectStep.fetchAll(
        $0, sql: "SELECT id, title, at, isUndone FROM step ORDER BY id DESC LIMIT ?", arguments: [limit])
    }
  }

  /// What undo and redo would do.
  public func steps() throws -> Steps {
    try database.read { database in
      Steps(
        undo: try String.fetchOne(database, sql: "SELECT title FROM step WHERE NOT isUndone ORDER BY id DESC LIMIT 1"),
        redo: try String.fetchOne(database, sql: "SELECT title FROM step WHERE isUndone ORDER BY id LIMIT 1"))
    }
  }

  /// Makes a class.
  ///
  /// - Parameter batch: As for ``add(_:to:batch:)``.
  /// - Throws: ``ProjectError``.
  public func makeClass(_ name: ClassName, batch: String? = nil) throws -> ProjectClass {
    try step("Make the class \(name)", batch: batch) { try $0.makeClass(name) }
  }

  /// Gives a class another name.
  ///
  /// - Parameter merges: Whether its pictures go to the class that has the name.
  /// - Returns: The class with the name.
  public func rename(_ id: Int64, to name: ClassName, merges: Bool = false) throws -> ProjectClass {
    let known = try self.classOf(id)
    guard known.name != name.text else { return known }
    if let other = try classes().first(where: { $0.name == name.text }) {
      guard merges else { throw ProjectError.sameName(name.text) }
      return try step("Merge \(known.name) into \(other.name)") { step in
        try step.place(step.pictures(of: id), in: other)
        try step.removeClass(known)
        return other
      }
    }
    return try step("Rename \(known.name) to \(name)") { try $0.rename(known, to: name) }
  }

  /// Deletes a class; its pictures go to the bin.
  public func deleteClass(_ id: Int64) throws {
    let known = try self.classOf(id)
    try step("Delete the class \(known.name)") { step in
      try step.place(step.pictures(of: id), in: nil)
      try step.removeClass(known)
    }
  }

  /// Moves pictures to a class.
  public func move(_ pictures: [Int64], to id: Int64) throws {
    let known = try self.classOf(id)
    try step("Move \(Self.counted(pictures.count)) to \(known.name)") { step in
      try step.place(step.pictures(pictures), in: known)
    }
  }

  /// Moves pictures to the bin.
  public func delete(_ pictures: [Int64]) throws {
    try step("Delete \(Self.counted(pictures.count))") { step in try step.place(step.pictures(pictures), in: nil) }
  }

  /// Notes that the labels of pictures are right, until they are moved.
  public func confirm(_ pictures: [Int64]) throws {
    try step("Keep the label of \(Self.counted(pictures.count))") { step in try step.confirm(step.pictures(pictures)) }
  }

  /// A picture to add.
  public struct NewPicture: Sendable {
    let name: String
    let bytes: Data
    let digest: Data
    let origin: ProjectPicture.Origin

    /// Describes a picture.
    ///
    /// - Parameters:
    ///   - name: The name of its file; folders are left out, and characters that no file system takes are replaced.
    ///   - bytes: The bytes of the file.
    ///   - digest: Their SHA-256.
    ///   - origin: Where it came from.
    public init(name: String, bytes: Data, digest: Data, origin: ProjectPicture.Origin) {
      (self.name, self.bytes, self.digest, self.origin) = (PictureName(name).text, bytes, digest, origin)
    }
  }

  /// Adds a picture to a class; its embedding is still to come.
  ///
  /// - Parameter batch: Pictures with the same text, one after the other, are one step.
  public func add(_ picture: NewPicture, to id: Int64, batch: String?) throws -> ProjectPicture {
    let known = try self.classOf(id)
    return try step(
      "Add a picture to \(known.name)", batch: batch,
      grown: { count, before in
        let name = before.hasSuffix(" to \(known.name)") ? " to \(known.name)" : ""
        return "Add \(Self.counted(count))\(name)"
      }
    ) {
      try $0.add(picture, to: known)
    }
  }

  /// Takes the last step back.
  ///
  /// - Returns: The title of the step.
  public func undo() throws -> String { try replay(isUndo: true) }

  /// Repeats the step that was taken back last.
  ///
  /// - Returns: The title of the step.
  public func redo() throws -> String { try replay(isUndo: false) }

  private func replay(isUndo: Bool) throws -> String {
    try working { database, step in
      let order = isUndo ? "WHERE NOT isUndone ORDER BY id DESC" : "WHERE isUndone ORDER BY id"
      guard let row = try Row.fetchOne(database, sql: "SELECT id, title FROM step \(order) LIMIT 1") else {
        throw ProjectError.noStep
      }
      let (id, title): (Int64, String) = (row["id"], row["title"])
      let changes = try Data.fetchAll(
        database, sql: "SELECT change FROM change WHERE step = ? ORDER BY number", arguments: [id]
      ).map { try JSONDecoder().decode(Change.self, from: $0) }
      var (passedOver, last) = (0, "")
      for change in isUndo ? changes.reversed().map(\.reversed) : changes {
        do {
          try step.apply(change)
        } catch let error as ProjectError where Self.fromOutside.contains(error.code) {
          // What was changed outside stays as it is, and does not stand in the way of the steps before.
          (passedOver, last) = (passedOver + 1, error.message)
        }
      }
      // Files may have got other names, since theirs were taken.
      let done = isUndo ? step.changes.reversed().map(\.reversed) : step.changes
      try database.execute(sql: "DELETE FROM change WHERE step = ?", arguments: [id])
      try database.execute(sql: "UPDATE step SET isUndone = ?, pictures = 0 WHERE id = ?", arguments: [isUndo, id])
      try Self.append(done, to: id, database)
      guard passedOver > 0 else { return title }
      return "\(title), except for \(passedOver == 1 ? "one change" : "\(passedOver) changes"): \(last)"
    }
  }

  private static let fromOutside: [ProjectError.Code] = [.noClass, .noPicture, .noFile, .sameName, .sameFile]

  /// Makes changes as one step of the history.
  func step<Value>(
    _ title: String, batch: String? = nil, grown: (Int, String) -> String = { _, before in before },
    _ body: (StepWork) throws -> Value
  ) throws -> Value {
    try working { database, step in
      let value = try body(step)
      guard !step.changes.isEmpty else { return value }
      try database.execute(sql: "DELETE FROM step WHERE isUndone")
      if let batch,
        let last = try Row.fetchOne(database, sql: "SELECT id, title, batch FROM step ORDER BY id DESC LIMIT 1"),
        last["batch"] as String? == batch
      {
        let count = try Self.append(step.changes, to: last["id"], database)
        try database.execute(
          sql: "UPDATE step SET title = ? WHERE id = ?",
          arguments: [grown(count, last["title"]), last["id"] as Int64])
      } else {
        try database.execute(
          sql: "INSERT INTO step (title, at, batch) VALUES (?, ?, ?)",
          arguments: [title, Date.now.timeIntervalSince1970, batch])
        try Self.append(step.changes, to: database.lastInsertedRowID, database)
        // The files of older steps stay in the bin.
        try database.execute(
          sql: "DELETE FROM step WHERE id <= (SELECT MAX(id) FROM step) - ?", arguments: [Self.mostSteps])
      }
      return value
    }
  }

  /// Makes changes of rows and files in one transaction. Where it fails, in the end too, files go back to where they were.
  private func working<Value>(_ body: (Database, StepWork) throws -> Value) throws -> Value {
    var work: StepWork?
    do {
      let value = try write { database in
        let step = StepWork(self, database)
        work = step
        return try body(database, step)
      }
      noteFolders(touched: work?.touched ?? [:])
      return value
    } catch {
      work?.takeBackFiles()
      // Whatever cannot be taken back is found by looking at the folder again.
      if work?.touched.isEmpty == false { folderTimes.withLock { $0 = [:] } }
      throw error
    }
  }

  /// Adds changes to a step.
  ///
  /// - Returns: How many pictures the step has placed.
  @discardableResult
  static func append(_ changes: [Change], to step: Int64, _ database: Database) throws -> Int {
    let last = try Int.fetchOne(database, sql: "SELECT MAX(number) FROM change WHERE step = ?", arguments: [step]) ?? 0
    let encoder = JSONEncoder()
    for (place, change) in changes.enumerated() {
      try database.execute(
        sql: "INSERT INTO change (step, number, change) VALUES (?, ?, ?)",
        arguments: [step, last + 1 + place, try encoder.encode(change)])
    }
    let placed = changes.count { if case .place = $0 { true } else { false } }
    try database.execute(
      sql: "UPDATE step SET pictures = pictures + ? WHERE id = ?", arguments: [placed, step])
    return try Int.fetchOne(database, sql: "SELECT pictures FROM step WHERE id = ?", arguments: [step]) ?? placed
  }

  /// Writes to the index; a full disk is an error of its own.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try database.write(body)
    } catch let error as DatabaseError {
      if error.resultCode == .SQLITE_FULL { throw ProjectError.fullDisk(folder.path) }
      throw ProjectError.cannotWrite(folder.path, because: Self.reason(error))
    }
  }

  static func counted(_ count: Int) -> String { count == 1 ? "a picture" : "\(count) pictures" }

  private static let mostSteps = 1000
}
