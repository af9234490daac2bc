import Foundation
import GRDB
import Testing

@testable import Project

@Suite("A project whose folder others change, and disks that fail")
struct OutsideChangesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ path: String) throws {
    let file = folder.url.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// Makes commits fail, as a full disk does.
  private final class FailingCommits: TransactionObserver {
    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { true }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { throw DatabaseError(resultCode: .SQLITE_FULL) }
    func databaseDidCommit(_ database: Database) {}
    func databaseDidRollback(_ database: Database) {}
  }

  @Test("A change that cannot be committed leaves the files as they were")
  func fullDisk() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let picture = try store.put("1", "a.jpg", in: mug)
    let observer = FailingCommits()
    store.database.add(transactionObserver: observer)
    #expect(throws: ProjectError.fullDisk(store.folder.path)) { try store.rename(mug.id, to: ClassName("cup")) }
    #expect(throws: ProjectError.self) { try store.delete([picture.id]) }
    #expect(throws: ProjectError.self) { try store.put("2", "b.jpg", in: mug) }
    #expect(throws: ProjectError.self) { try store.makeClass(ClassName("new")) }
    #expect(throws: ProjectError.self) { try store.undo() }
    store.database.remove(transactionObserver: observer)
    #expect(folder.files("") == [".imprint", "mug"] && folder.files("mug") == ["a.jpg"])
    #expect(try store.picture(picture.id).classID == mug.id)
    #expect(store.hasChangedOutside(), "the folder is looked at again")
    #expect(try !store.reconcile().hasChanges)
    #expect(try store.rename(mug.id, to: ClassName("cup")).name == "cup")
  }

  @Test("What is added to one class outside is found, although the studio changes another; in folders of a class too")
  func otherFolders() throws {
    try write("1", "daisy/1.jpg")
    try write("2", "daisy/near the house/2.jpg")
    let store = try ProjectStore(folder: folder.url)
    #expect(try store.reconcile().added == 2)
    let tulip = try store.makeClass(ClassName("tulip"))
    #expect(!store.hasChangedOutside())
    try write("3", "daisy/3.jpg")
    try store.put("4", "4.jpg", in: tulip)
    #expect(store.hasChangedOutside())
    #expect(try store.reconcile().added == 1)
    #expect(!store.hasChangedOutside())
    try write("5", "daisy/near the house/5.jpg")
    #expect(store.hasChangedOutside())
    #expect(try store.reconcile().added == 1)
    try write("6", "daisy/v2.0/6.jpg")
    #expect(try store.hasChangedOutside() && store.reconcile().added == 1)
  }

  @Test("A step whose file is gone does not stand in the way of the steps before")
  func undone() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let one = try store.put("1", "a.jpg", in: mug)
    try store.put("2", "b.jpg", in: mug)
    try store.delete([one.id])
    for name in folder.files(".imprint/bin") {
      try FileManager.default.removeItem(at: folder.url.appending(path: ".imprint/bin/\(name)"))
    }
    try FileManager.default.removeItem(at: folder.url.appending(path: "mug/b.jpg"))
    #expect(throws: ProjectError.noFile("b.jpg")) {
      try store.delete(store.pictures(.init(), offset: 0, limit: 9).pictures.map(\.id))
    }
    _ = try store.reconcile()
    #expect(try store.undo().hasPrefix("Delete a picture, except for one change: the file"))
    #expect(try store.undo().hasPrefix("Add a picture to mug, except for one change: "))
    #expect(try store.undo().hasPrefix("Add a picture to mug, except for one change: "))
    #expect(try store.undo() == "Make the class mug")
    #expect(try store.redo() == "Make the class mug")
    #expect(throws: ProjectError.noStep) { for _ in 0..<9 { _ = try store.redo() } }
  }

  @Test("Going back to a version restores what is there, and says how many pictures are gone")
  func restored() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    let pictures = try (0..<3).map { try store.put("\($0)", "\($0).jpg", in: mug) }
    var version = ProjectStore.NewVersion()
    for picture in pictures { version.pictures[try #require(picture.digest)] = "mug" }
    let made = try store.addVersion(version) { _ in 1 }
    #expect(made.pictures == 3 && made.classes == 1)
    try store.deleteClass(mug.id)
    let gone = try #require(folder.files(".imprint/bin").first)
    try FileManager.default.removeItem(at: folder.url.appending(path: ".imprint/bin/\(gone)"))
    #expect(try store.restore(made.number) == 1)
    #expect(folder.files("mug").count == 2)
  }

  @Test("Folders whose names differ only by spaces are classes of different names")
  func spaces() throws {
    for name in ["mug", "mug ", " mug", "  mug"] { try write(name, "\(name)/1.jpg") }
    let store = try ProjectStore(folder: folder.url)
    #expect(try store.reconcile().added == 4)
    #expect(try store.classes().map(\.name) == ["mug", "mug (2)", "mug (3)", "mug (4)"])
  }

  @Test("What a killed process was uploading, making or compiling is removed")
  func remains() throws {
    for path in [
      "upload-1.zip", "versions/making-2/model.tflite", "versions/1/compiling-3/x", "versions/1/model.tflite",
    ] {
      try write("x", ".imprint/\(path)")
    }
    _ = try ProjectStore(folder: folder.url)
    #expect(!folder.files(".imprint").contains("upload-1.zip"))
    #expect(folder.files(".imprint/versions") == ["1"] && folder.files(".imprint/versions/1") == ["model.tflite"])
  }

  @Test("Deleted pictures are not counted among those that are nearly the same")
  func alike() throws {
    let store = try ProjectStore(folder: folder.url)
    let mug = try store.makeClass(ClassName("mug"))
    var pictures: [Int64] = []
    for number in 0..<3 {
      let picture = try store.put("\(number)", "\(number).jpg", in: mug)
      try store.store(
        .embedding(
          digest: #require(picture.digest), space: "s", elements: Data(), fingerprint: Data(), alike: pictures),
        for: picture.id)
      pictures.append(picture.id)
    }
    var filter = ProjectStore.Filter()
    filter.isAlike = true
    #expect(try store.pictures(filter, offset: 0, limit: 9).total == 3)
    #expect(try store.picture(pictures[2]).alike == 2)
    try store.delete(Array(pictures[..<2]))
    #expect(try store.pictures(filter, offset: 0, limit: 9).total == 0 && store.picture(pictures[2]).alike == 0)
    _ = try store.undo()
    #expect(try store.picture(pictures[0]).alike == 2)
  }
}
