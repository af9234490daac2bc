import Foundation
import GRDB
import TFLite

/// The changes of one step, while they are made: rows of the index, and files beside them.
final class StepWork {
  private(set) var changes: [Change] = []
  private let store: ProjectStore
  private let database: Database
  // What was done to files, to take it back if the step fails.
  private var takeBacks: [() -> Void] = []
  /// The folders in which files were changed, with their times before.
  private(set) var touched: [String: FolderTime?] = [:]

  init(_ store: ProjectStore, _ database: Database) {
    self.store = store
    self.database = database
  }

  /// Notes that a file in a folder of the project is about to change.
  private func touch(_ file: URL) {
    let folder = file.deletingLastPathComponent()
    guard let key = store.folderKey(folder), touched[key] == nil else { return }
    touched[key] = .some(FileStatus(folder).map { FolderTime(modified: $0.modified) })
  }

  /// Takes back what was done to files; the rows are rolled back with the transaction.
  func takeBackFiles() {
    for takeBack in takeBacks.reversed() { takeBack() }
    takeBacks = []
  }

  func pictures(of id: Int64) throws -> [ProjectPicture] {
    try ProjectPicture.fetchAll(
      database, sql: "SELECT \(ProjectPicture.columns) FROM picture WHERE class = ? ORDER BY id", arguments: [id])
  }

  func pictures(_ ids: [Int64]) throws -> [ProjectPicture] {
    try ids.map { id in
      guard let picture = try picture(id), picture.classID != nil else { throw ProjectError.noPicture(id) }
      return picture
    }
  }

  /// All classes.
  func allClasses() throws -> [ProjectClass] { try ProjectClass.fetchAll(database) }

  /// All pictures whose file is there, those in classes before those in the bin.
  func allPictures() throws -> [ProjectPicture] {
    try ProjectPicture.fetchAll(
      database, sql: "SELECT \(ProjectPicture.columns) FROM picture ORDER BY class IS NULL, id"
    ).filter { $0.classID != nil || FileStatus(store.binFile($0.id, name: $0.file)) != nil }
  }

  /// The digests and classes of a version's pictures.
  func versionPictures(_ number: Int64) throws -> [(Data, String)] {
    try Row.fetchAll(
      database, sql: "SELECT digest, class FROM versionPicture WHERE version = ?", arguments: [number]
    ).map { ($0[0], $0[1]) }
  }

  private func picture(_ id: Int64) throws -> ProjectPicture? {
    try ProjectPicture.fetchOne(
      database, sql: "SELECT \(ProjectPicture.columns) FROM picture WHERE id = ?", arguments: [id])
  }

  func makeClass(_ name: ClassName) throws -> ProjectClass {
    if try ProjectClass.fetchOne(database, sql: "SELECT * FROM class WHERE name = ?", arguments: [name.text]) != nil {
      throw ProjectError.sameName(name.text)
    }
    let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'class'") ?? 0
    let made = ProjectClass(id: last + 1, name: name.text, folder: name.text)
    try apply(.makeClass(made))
    return made
  }

  func removeClass(_ known: ProjectClass) throws { try apply(.removeClass(known)) }

  func rename(_ known: ProjectClass, to name: ClassName) throws -> ProjectClass {
    let renamed = ProjectClass(id: known.id, name: name.text, folder: name.text)
    try apply(.renameClass(from: known, to: renamed))
    return renamed
  }

  /// Moves pictures to a class, or to the bin; those that are there already stay.
  func place(_ pictures: [ProjectPicture], in known: ProjectClass?) throws {
    for picture in pictures where picture.classID != known?.id {
      let from = picture.classID.map { Change.Place(classID: $0, file: picture.file) }
      let to = known.map { Change.Place(classID: $0.id, file: picture.name) }
      try apply(.place(picture: picture.id, from: from, to: to))
    }
  }

  func add(_ picture: ProjectStore.NewPicture, to known: ProjectClass) throws -> ProjectPicture {
    let folder = store.folder(of: known)
    let name = try freeName(picture.name, in: known)
    let file = folder.appending(path: name, directoryHint: .notDirectory)
    touch(file)
    do {
      try AtomicFile(file).write([Bytes(Array(picture.bytes))])
    } catch {
      if error.message.contains(String(cString: strerror(ENOSPC))) { throw ProjectError.fullDisk(file.path) }
      // The message names the file as well.
      let reason = error.message.components(separatedBy: ": ").last ?? error.message
      throw ProjectError.cannotWrite(file.path, because: reason)
    }
    takeBacks.append { try? FileManager.default.removeItem(at: file) }
    let modified = FileStatus(file)?.modified ?? 0
    try database.execute(
      sql: """
        INSERT INTO picture (class, file, digest, size, modified, added, origin, state) VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')
        """,
      arguments: [
        known.id, name, picture.digest, picture.bytes.count, modified, Date.now.timeIntervalSince1970,
        picture.origin.rawValue,
      ])
    let id = database.lastInsertedRowID
    changes.append(.place(picture: id, from: nil, to: Change.Place(classID: known.id, file: name)))
    guard let made = try self.picture(id) else { throw ProjectError.noPicture(id) }
    return made
  }

  /// Notes that the labels of pictures are right.
  func confirm(_ pictures: [ProjectPicture]) throws {
    for picture in pictures {
      let before = try Int64.fetchOne(
        database, sql: "SELECT confirmed FROM picture WHERE id = ?", arguments: [picture.id])
      if before != picture.classID { try apply(.confirm(picture: picture.id, from: before, to: picture.classID)) }
    }
  }

  /// Makes a change.
  func apply(_ change: Change) throws {
    switch change {
    case .makeClass(let made):
      guard try ProjectClass.fetchOne(database, key: made.id) == nil,
        try ProjectClass.fetchOne(
          database, sql: "SELECT * FROM class WHERE name = ? OR folder = ?", arguments: [made.name, made.folder]) == nil
      else { throw ProjectError.sameName(made.name) }
      try makeFolder(store.folder(of: made))
      try made.insert(database)
    case .removeClass(let gone):
      guard try pictures(of: gone.id).isEmpty else { throw ProjectError.sameName(gone.name) }
      try gone.delete(database)
      // A folder that holds other files stays.
      let folder = store.folder(of: gone)
      touch(folder.appending(path: "file"))
      if rmdir(folder.path) == 0 { takeBacks.append { mkdir(folder.path, 0o777) } }
    case .renameClass(let from, let to):
      guard try ProjectClass.fetchOne(database, key: from.id) != nil else { throw ProjectError.noClass(from.id) }
      guard
        try ProjectClass.fetchOne(
          database, sql: "SELECT * FROM class WHERE (name = ? OR folder = ?) AND id <> ?",
          arguments: [to.name, to.folder, to.id]) == nil
      else { throw ProjectError.sameName(to.name) }
      for folder in [from, to] { touch(store.folder(of: folder).appending(path: "file")) }
      try moveFile(store.folder(of: from), to: store.folder(of: to))
      try to.update(database)
    case .place(let id, let from, let to):
      try place(id, from: from, to: to)
      return
    case .confirm(let id, let from, let to):
      guard try picture(id) != nil else { throw ProjectError.noPicture(id) }
      try database.execute(
        sql: "UPDATE picture SET confirmed = ? WHERE id = ? AND confirmed IS ?", arguments: [to, id, from])
    }
    changes.append(change)
  }

  private func place(_ id: Int64, from: Change.Place?, to: Change.Place?) throws {
    guard let picture = try picture(id),
      picture.classID.map({ Change.Place(classID: $0, file: picture.file) }) == from
    else { throw ProjectError.noPicture(id) }
    let source = try store.file(of: from, picture: id, name: picture.file, database)
    var place = to
    if let to {
      guard let known = try ProjectClass.fetchOne(database, key: to.classID) else {
        throw ProjectError.noClass(to.classID)
      }
      place = Change.Place(classID: to.classID, file: try freeName(to.file, in: known))
    }
    let target = try store.file(of: place, picture: id, name: picture.file, database)
    try moveFile(source, to: target)
    try database.execute(
      sql: "UPDATE picture SET class = ?, file = ? WHERE id = ?",
      arguments: [place?.classID, place?.file ?? picture.name, id])
    changes.append(.place(picture: id, from: from, to: place))
  }

  private func makeFolder(_ folder: URL) throws(ProjectError) {
    touch(folder.appending(path: "file"))
    if mkdir(folder.path, 0o777) == 0 {
      takeBacks.append { rmdir(folder.path) }
    } else if errno != EEXIST {
      throw .system(folder.path, errno)
    }
  }

  private func moveFile(_ source: URL, to target: URL) throws(ProjectError) {
    // The system's rename would replace a file that is there.
    guard FileStatus(target) == nil else { throw .sameFile(target.path) }
    guard FileStatus(source) != nil else { throw .noFile(source.lastPathComponent) }
    for file in [source, target] { touch(file) }
    guard FileStatus.move(source.path, target.path) == 0 else { throw .system(target.path, errno) }
    takeBacks.append { _ = FileStatus.move(target.path, source.path) }
  }

  /// Returns a name that no file of a class has, such as `a-2.jpg`.
  private func freeName(_ name: String, in known: ProjectClass) throws -> String {
    let folder = store.folder(of: known)
    var parts = PictureName.Parts(name)
    while true {
      let candidate = parts.text
      let isKnown =
        try Int.fetchOne(
          database, sql: "SELECT 1 FROM picture WHERE class = ? AND file = ?", arguments: [known.id, candidate]) != nil
      if !isKnown, FileStatus(folder.appending(path: candidate, directoryHint: .notDirectory)) == nil {
        return candidate
      }
      parts.number += 1
    }
  }
}

/// The name of a picture's file.
struct PictureName {
  let text: String

  /// Makes a name of one that came from outside.
  init(_ given: String) {
    let last = given.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
    var text = String(
      last.unicodeScalars.map { scalar -> Character in
        let isControl = scalar.properties.generalCategory == .control
        return isControl || ":*?\"<>|".unicodeScalars.contains(scalar) ? "_" : Character(scalar)
      })
    while text.hasPrefix(".") || text.hasPrefix(" ") { text.removeFirst() }
    let parts = Parts(text)
    var stem = parts.stem
    while stem.utf8.count > 100 { stem.unicodeScalars.removeLast() }
    self.text = (stem.isEmpty ? "picture" : stem) + (parts.ending.utf8.count <= 16 ? parts.ending : "")
  }

  /// A name, a number, and an ending.
  struct Parts {
    let stem: String
    let ending: String
    var number = 1

    init(_ name: String) {
      let dot = name.lastIndex(of: ".").flatMap { name.distance(from: $0, to: name.endIndex) <= 6 ? $0 : nil }
      stem = dot.map { String(name[..<$0]) } ?? name
      ending = dot.map { String(name[$0...]) } ?? ""
    }

    var text: String { number == 1 ? stem + ending : "\(stem)-\(number)\(ending)" }
  }
}

/// The size and the time of a file.
struct FileStatus {
  let size: Int64
  let modified: Double
  let isFolder: Bool

  init?(_ file: URL) {
    var status = stat()
    guard lstat(file.path, &status) == 0 else { return nil }
    size = Int64(status.st_size)
    #if canImport(Darwin)
      modified = Double(status.st_mtimespec.tv_sec) + Double(status.st_mtimespec.tv_nsec) * 1e-9
    #else
      modified = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
    #endif
    isFolder = status.st_mode & S_IFMT == S_IFDIR
  }

  /// Gives a file another path, as the system's `rename` does; returns 0 where that went well.
  static func move(_ source: String, _ target: String) -> Int32 { rename(source, target) }
}
