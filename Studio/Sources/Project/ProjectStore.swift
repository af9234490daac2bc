public import Foundation
import GRDB
import Synchronization

/// A project: a folder with one folder of pictures for each class, and an index of it.
///
/// The folder stays plain: `Teacher` and other programs take it as it is. What the studio adds is in the hidden folder
/// `.imprint`: the index (SQLite), the bin, and the exported versions. Where the index is lost, everything but the history and
/// the versions comes back from the folder.
///
/// Each change of the project is one transaction. The files move within it, before it is committed: a process that is killed
/// between leaves files where the next ``reconcile()`` finds them.
public final class ProjectStore: Sendable {
  /// The folder.
  public let folder: URL

  let database: DatabasePool
  private let lock: ProjectLock
  // The times of the class folders when they were last read.
  let folderTimes = Mutex<[String: FolderTime]>([:])

  /// The folder with all that the studio adds.
  var hidden: URL { folder.appending(path: Self.hiddenName, directoryHint: .isDirectory) }
  var bin: URL { hidden.appending(path: "bin", directoryHint: .isDirectory) }
  /// The folder of the exported versions.
  public var versionsFolder: URL { hidden.appending(path: "versions", directoryHint: .isDirectory) }

  static let hiddenName = ".imprint"

  /// Opens a project; a folder that does not exist is made.
  ///
  /// - Throws: ``ProjectError/inUse(_:)``, ``ProjectError/cannotOpen(_:because:)``, ``ProjectError/fullDisk(_:)``.
  public init(folder: URL) throws {
    let folder = URL(filePath: folder.path, directoryHint: .isDirectory).standardizedFileURL
    self.folder = folder
    let hidden = folder.appending(path: Self.hiddenName, directoryHint: .isDirectory)
    do {
      for name in ["bin", "versions"] {
        try FileManager.default.createDirectory(
          at: hidden.appending(path: name, directoryHint: .isDirectory), withIntermediateDirectories: true)
      }
    } catch {
      throw ProjectError.cannotOpen(folder.path, because: Self.reason(error))
    }
    lock = try ProjectLock(hidden.appending(path: "lock"), of: folder.path)
    Self.removeRemains(of: hidden)
    let file = hidden.appending(path: "studio.sqlite")
    do {
      database = try Self.open(file)
    } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
      // All but the history and the versions comes back from the folder.
      let aside = hidden.appending(path: "studio-damaged-\(Int(Date.now.timeIntervalSince1970)).sqlite")
      try? FileManager.default.moveItem(at: file, to: aside)
      for ending in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file.path + ending) }
      database = try Self.open(file)
    } catch {
      throw ProjectError.cannotOpen(folder.path, because: Self.reason(error))
    }
  }

  /// Removes what was being uploaded, made or compiled when an earlier process was killed.
  private static func removeRemains(of hidden: URL) {
    let versions = hidden.appending(path: "versions", directoryHint: .isDirectory)
    func names(_ folder: URL) -> [String] { (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] }
    var remains = names(hidden).filter { $0.hasPrefix("upload-") }.map { hidden.appending(path: $0) }
    for name in names(versions) {
      let folder = versions.appending(path: name, directoryHint: .isDirectory)
      if name.hasPrefix("making-") { remains.append(folder) }
      remains += names(folder).filter { $0.hasPrefix("compiling-") }.map { folder.appending(path: $0) }
    }
    for file in remains { try? FileManager.default.removeItem(at: file) }
  }

  private static func open(_ file: URL) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(5)
    configuration.maximumReaderCount = 3
    let database = try DatabasePool(path: file.path, configuration: configuration)
    try migrator.migrate(database)
    // A damaged page shows only when it is read.
    if try database.read({ try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }) != "ok" {
      try database.close()
      throw DatabaseError(resultCode: .SQLITE_CORRUPT)
    }
    return database
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE class (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, folder TEXT NOT NULL UNIQUE);
          CREATE TABLE picture (
            id INTEGER PRIMARY KEY AUTOINCREMENT, class INTEGER REFERENCES class, file TEXT NOT NULL, digest BLOB,
            size INTEGER NOT NULL, modified REAL NOT NULL, added REAL NOT NULL, origin TEXT NOT NULL,
            state TEXT NOT NULL, message TEXT, alike INTEGER NOT NULL DEFAULT 0, confirmed INTEGER);
          CREATE UNIQUE INDEX pictureOfFile ON picture (class, file) WHERE class IS NOT NULL;
          CREATE INDEX pictureOfClass ON picture (class, added DESC, id DESC);
          CREATE INDEX pictureOfDigest ON picture (digest);
          CREATE INDEX pictureOfState ON picture (state) WHERE state <> 'ready';
          CREATE TABLE embedding (digest BLOB NOT NULL, space TEXT NOT NULL, elements BLOB NOT NULL, fingerprint BLOB NOT NULL,
            PRIMARY KEY (digest, space)) WITHOUT ROWID;
          CREATE TABLE step (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, at REAL NOT NULL, batch TEXT,
            isUndone BOOLEAN NOT NULL DEFAULT 0, changes BLOB NOT NULL);
          CREATE TABLE version (number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, note TEXT NOT NULL, accuracy REAL,
            lower REAL, upper REAL, pictures INTEGER NOT NULL, classes INTEGER NOT NULL, bytes INTEGER NOT NULL);
          CREATE TABLE versionPicture (version INTEGER NOT NULL REFERENCES version ON DELETE CASCADE, digest BLOB NOT NULL,
            class TEXT NOT NULL, PRIMARY KEY (version, digest)) WITHOUT ROWID;
          CREATE TABLE versionRecall (version INTEGER NOT NULL REFERENCES version ON DELETE CASCADE, class TEXT NOT NULL,
            recall REAL NOT NULL, PRIMARY KEY (version, class)) WITHOUT ROWID;
          """)
    }
    // A step of many pictures, such as a drop, grows by rows: each picture costs the same.
    migrator.registerMigration("2") { database in
      try database.execute(
        sql: """
          CREATE TABLE change (step INTEGER NOT NULL REFERENCES step ON DELETE CASCADE, number INTEGER NOT NULL,
            change BLOB NOT NULL, PRIMARY KEY (step, number)) WITHOUT ROWID;
          ALTER TABLE step ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0;
          """)
      for row in try Row.fetchAll(database, sql: "SELECT id, changes FROM step") {
        let changes = try JSONDecoder().decode([Change].self, from: row["changes"] as Data)
        try Self.append(changes, to: row["id"], database)
      }
      try database.execute(sql: "ALTER TABLE step DROP COLUMN changes")
    }
    // Pairs of pictures that are nearly the same, each in both directions: those of deleted pictures do not count.
    migrator.registerMigration("3") { database in
      try database.execute(
        sql: """
          CREATE TABLE pair (one INTEGER NOT NULL REFERENCES picture ON DELETE CASCADE,
            other INTEGER NOT NULL REFERENCES picture ON DELETE CASCADE, PRIMARY KEY (one, other)) WITHOUT ROWID;
          ALTER TABLE picture DROP COLUMN alike;
          """)
    }
    return migrator
  }

  /// Returns the folder of a class.
  func folder(of known: ProjectClass) -> URL {
    folder.appending(path: known.folder, directoryHint: .isDirectory)
  }

  /// Returns the file of a place; nil for a class that is not there.
  func file(of place: Change.Place?, picture: Int64, name: String, _ database: Database) throws -> URL {
    guard let place else { return binFile(picture, name: name) }
    guard let known = try ProjectClass.fetchOne(database, key: place.classID) else {
      throw ProjectError.noClass(place.classID)
    }
    return folder(of: known).appending(path: place.file, directoryHint: .notDirectory)
  }

  /// Returns the file of a picture in the bin.
  func binFile(_ picture: Int64, name: String) -> URL {
    let name = name.split(separator: "/").last.map(String.init) ?? name
    return bin.appending(path: "\(picture) \(name)", directoryHint: .notDirectory)
  }

  /// Returns the reason of an error in a few words.
  static func reason(_ error: any Error) -> String {
    if let error = error as? DatabaseError { return error.message ?? "\(error.resultCode)" }
    if let error = error as? CocoaError, let under = error.underlying as? POSIXError {
      return String(cString: strerror(under.code.rawValue))
    }
    return (error as? any LocalizedError)?.errorDescription ?? "\(error)"
  }
}

/// The lock of a project, which one process has at a time.
private final class ProjectLock: Sendable {
  private let descriptor: Int32

  init(_ file: URL, of folder: String) throws(ProjectError) {
    descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system(folder, errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .inUse(folder)
    }
  }

  deinit { close(descriptor) }
}
