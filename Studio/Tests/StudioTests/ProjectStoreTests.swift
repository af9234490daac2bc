import Foundation
import GRDB
import Testing

@testable import Project

/// A folder for a project, removed with the test.
final class TemporaryFolder: Sendable {
  let url = FileManager.default.temporaryDirectory.appending(
    path: "studio-\(UUID().uuidString)", directoryHint: .isDirectory)

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }

  func files(_ folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: folder).path)) ?? []).sorted()
  }
}

extension ProjectStore {
  /// Adds a file whose content is a text.
  @discardableResult
  func put(_ text: String, _ name: String, in known: ProjectClass, batch: String? = nil) throws
    -> ProjectPicture
  {
    let bytes = Data(text.utf8)
    return try add(
      .init(name: name, bytes: bytes, digest: Digest.of(bytes), origin: .upload), to: known.id, batch: batch)
  }
}

@Suite("The store of a project")
struct ProjectStoreTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("The folder holds one folder of ordinary files for each class")
  func plainFolder() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    try store.put("1", "a.jpg", in: mug)
    try store.put("2", "a.jpg", in: mug)
    #expect(folder.files("mug") == ["a-2.jpg", "a.jpg"])
    #expect(try String(contentsOf: folder.url.appending(path: "mug/a-2.jpg"), encoding: .utf8) == "2")
  }

  @Test("Every change can be undone and redone, files and all")
  func undone() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let cup = try store.makeClass(ClassName("cup"))
    let picture = try store.put("1", "a.jpg", in: mug)
    try store.move([picture.id], to: cup.id)
    #expect(folder.files("mug").isEmpty && folder.files("cup") == ["a.jpg"])
    try store.delete([picture.id])
    #expect(folder.files("cup").isEmpty)
    _ = try store.rename(cup.id, to: ClassName("tea"))
    try store.deleteClass(mug.id)
    #expect(folder.files("") == [".imprint", "tea"])
    let done = [
      "Delete the class mug", "Rename cup to tea", "Delete a picture", "Move a picture to cup", "Add a picture to mug",
    ]
    for title in done { #expect(try store.undo() == title) }
    #expect(folder.files("mug").isEmpty && folder.files("cup").isEmpty)
    for title in done.reversed() { #expect(try store.redo() == title) }
    #expect(folder.files("") == [".imprint", "tea"])
    #expect(throws: ProjectError.noStep) { try store.redo() }
    for _ in 0..<3 { _ = try store.undo() }
    #expect(folder.files("cup") == ["a.jpg"])
    // A new step ends what could be redone.
    try store.put("3", "b.jpg", in: mug)
    #expect(try store.steps().redo == nil)
  }

  @Test("Pictures of one batch are one step")
  func batch() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    for number in 0..<5 { try store.put("\(number)", "\(number).jpg", in: mug, batch: "held") }
    #expect(try store.steps().undo == "Add 5 pictures to mug")
    _ = try store.undo()
    #expect(folder.files("mug").isEmpty)
    _ = try store.redo()
    #expect(folder.files("mug").count == 5)
    let cup = try store.makeClass(ClassName("cup"))
    for number in 0..<4 {
      try store.put("x\(number)", "\(number).jpg", in: number % 2 == 0 ? mug : cup, batch: "drop")
    }
    #expect(try store.steps().undo == "Add 4 pictures")
  }

  @Test("The history of an index of the first version is kept")
  func earlierIndex() throws {
    let file = folder.url.appending(path: ".imprint/studio.sqlite")
    do {
      let store = try ProjectStore(folder: folder.url)
      let mug = try store.makeClass(ClassName("mug"))
      for number in 0..<3 { try store.put("\(number)", "\(number).jpg", in: mug, batch: "drop") }
    }
    try DatabaseQueue(path: file.path).write { database in
      try database.execute(sql: "ALTER TABLE step ADD COLUMN changes BLOB NOT NULL DEFAULT '[]'")
      for step in try Int64.fetchAll(database, sql: "SELECT id FROM step") {
        let changes = try Data.fetchAll(database, sql: "SELECT change FROM change WHERE step = ?", arguments: [step])
        let all = "[" + changes.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]"
        try database.execute(
          sql: "UPDATE step SET changes = ? WHERE id = ?", arguments: [Data(all.utf8), step])
      }
      try database.execute(
        sql: """
          DROP TABLE change; ALTER TABLE step DROP COLUMN pictures;
          DELETE FROM grdb_migrations WHERE identifier = '2'
          """)
    }
    let store = try ProjectStore(folder: folder.url)
    #expect(try store.undo() == "Add 3 pictures to mug")
    #expect(folder.files("mug").isEmpty)
    #expect(try store.redo() == "Add 3 pictures to mug")
    #expect(folder.files("mug").count == 3)
  }

  @Test("Merging two classes moves all pictures, and none is lost")
  func merged() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let cup = try store.makeClass(ClassName("cup"))
    try store.put("1", "a.jpg", in: mug)
    try store.put("2", "a.jpg", in: cup)
    #expect(throws: ProjectError.sameName("cup")) { try store.rename(mug.id, to: ClassName("cup")) }
    #expect(try store.rename(mug.id, to: ClassName("cup"), merges: true).id == cup.id)
    #expect(folder.files("cup") == ["a-2.jpg", "a.jpg"] && !folder.files("").contains("mug"))
    _ = try store.undo()
    #expect(folder.files("mug") == ["a.jpg"] && folder.files("cup") == ["a.jpg"])
  }

  @Test("What changes outside is found: added, moved, changed and deleted pictures, and new classes")
  func reconciled() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let pictures = try ["1", "2", "3", "4"].map { try store.put($0, "\($0).jpg", in: mug) }
    #expect(!store.hasChangedOutside())
    let files = FileManager.default
    try files.createDirectory(at: folder.url.appending(path: "new"), withIntermediateDirectories: false)
    try Data("9".utf8).write(to: folder.url.appending(path: "new/9.jpg"))
    try files.moveItem(at: folder.url.appending(path: "mug/1.jpg"), to: folder.url.appending(path: "new/moved.jpg"))
    try files.removeItem(at: folder.url.appending(path: "mug/2.jpg"))
    try Data("other".utf8).write(to: folder.url.appending(path: "mug/3.jpg"))
    #expect(store.hasChangedOutside())
    let found = try store.reconcile()
    #expect(found == .init(added: 1, gone: 1, moved: 1, changed: 1))
    #expect(try store.classes().map(\.name) == ["mug", "new"])
    #expect(try store.picture(pictures[0].id).file == "moved.jpg")
    #expect(try store.picture(pictures[2].id).digest == nil)
    #expect(try !store.reconcile().hasChanges)
  }

  @Test("Without its index, a project comes back from the folder")
  func indexLost() throws {
    do {
      let store = try ProjectStore(folder: folder.url)
      let mug = try store.makeClass(ClassName("mug"))
      try store.put("1", "a.jpg", in: mug)
      _ = try store.makeClass(ClassName("empty"))
    }
    try Data("no database at all, but long enough to look like one".utf8)
      .write(to: folder.url.appending(path: ".imprint/studio.sqlite"))
    for ending in ["-wal", "-shm"] {
      try? FileManager.default.removeItem(at: folder.url.appending(path: ".imprint/studio.sqlite\(ending)"))
    }
    let store = try ProjectStore(folder: folder.url)
    #expect(try store.reconcile().added == 1)
    #expect(try store.classes().map(\.name) == ["empty", "mug"])
  }

  @Test("A process that was killed between the files and the index loses nothing")
  func killedBetween() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let cup = try store.makeClass(ClassName("cup"))
    let (moved, binned) = (try store.put("1", "a.jpg", in: mug), try store.put("2", "b.jpg", in: mug))
    // The files have moved; the index was not committed.
    try FileManager.default.moveItem(
      at: folder.url.appending(path: "mug/a.jpg"), to: folder.url.appending(path: "cup/a.jpg"))
    try FileManager.default.moveItem(
      at: folder.url.appending(path: "mug/b.jpg"), to: store.binFile(binned.id, name: "b.jpg"))
    _ = try store.reconcile()
    #expect(try store.picture(moved.id).classID == cup.id)
    #expect(try store.picture(binned.id).classID == mug.id && folder.files("mug") == ["b.jpg"])
  }

  @Test("A project is open once")
  func locked() throws {
    let store = try ProjectStore(folder: folder.url)
    #expect(throws: ProjectError.inUse(store.folder.path)) { try ProjectStore(folder: folder.url) }
  }

  @Test("A version remembers its pictures: two can be compared, and one goes back")
  func versions() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let (one, two) = (try store.put("1", "a.jpg", in: mug), try store.put("2", "b.jpg", in: mug))
    /// Describes a version of all pictures that are in classes now.
    func described() throws -> ProjectStore.NewVersion {
      let names = Dictionary(uniqueKeysWithValues: try store.classes().map { ($0.id, $0.name) })
      var version = ProjectStore.NewVersion()
      for picture in try store.pictures(.init(), offset: 0, limit: 99).pictures {
        if let digest = picture.digest { version.pictures[digest] = picture.classID.flatMap { names[$0] } }
      }
      return version
    }
    var version = try described()
    version.recalls = ["mug": 0.5]
    let first = try store.addVersion(version) {
      try Data("model".utf8).write(to: $0.appending(path: "m")); return 5
    }
    #expect(first.number == 1 && first.pictures == 2 && first.classes == 1)
    let cup = try store.makeClass(ClassName("cup"))
    try store.move([one.id], to: cup.id)
    try store.delete([two.id])
    try store.put("3", "c.jpg", in: cup)
    let second = try store.addVersion(described()) { _ in 0 }
    let found = try store.compare(first.number, with: second.number)
    #expect(found.addedClasses == ["cup"] && found.removedClasses == ["mug"])
    #expect(found.addedPictures == 1 && found.removedPictures == 1 && found.movedPictures == 1)
    try store.restore(first.number)
    #expect(folder.files("mug") == ["a.jpg", "b.jpg"] && folder.files("cup").isEmpty)
    _ = try store.undo()
    #expect(folder.files("cup") == ["a.jpg", "c.jpg"])
    #expect(throws: ProjectError.noVersion(9)) { try store.restore(9) }
  }

  @Test("The label of a picture can be confirmed, until the picture is moved")
  func confirmed() throws {
    let store = try ProjectStore(folder: folder.url)
    let (mug, cup) = (try store.makeClass(ClassName("mug")), try store.makeClass(ClassName("cup")))
    let picture = try store.put("1", "a.jpg", in: mug)
    try store.confirm([picture.id])
    #expect(try store.confirmed() == [picture.id])
    try store.move([picture.id], to: cup.id)
    #expect(try store.confirmed().isEmpty)
    for _ in 0..<2 { _ = try store.undo() }
    #expect(try store.confirmed().isEmpty)
  }

  @Test(
    "Names that are no names of classes are refused",
    arguments: [
      "", "  ", ".", "..", "a/b", "a\\b", ".hidden", "CON", "nul.txt", "com1", "a\u{0}b", "a\nb", "a\u{202E}b", "end.",
      String(repeating: "x", count: 300), "what?", "<b>", "\u{7}",
    ])
  func badNames(_ name: String) {
    #expect(throws: ProjectError.self) { try ClassName(name) }
  }

  @Test(
    "Names in any script, and emoji, are names",
    arguments: ["mug", "Tasse à thé", "湯呑み", "☕️", "👩‍🔬", "none", "CONE", " mug "])
  func goodNames(_ name: String) throws {
    let store = try ProjectStore(folder: folder.url)
    let known = try store.makeClass(ClassName(name))
    #expect(known.name == name.trimmingCharacters(in: .whitespaces))
    #expect(folder.files("").contains(known.folder))
  }

  @Test(
    "Names of files cannot lead out of the folder",
    arguments: ["../../x.jpg", "/etc/passwd", "..", "a\u{0}.jpg", "C:\\x.png", ".htaccess", ""])
  func fileNames(_ name: String) throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let picture = try store.put("1", name, in: mug)
    #expect(folder.files("mug") == [picture.file] && !picture.file.hasPrefix("."))
    #expect(folder.files("") == [".imprint", "mug"])
  }
}
