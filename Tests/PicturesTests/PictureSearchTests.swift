import Foundation
import TestMaterial
import Testing

@testable import Pictures

@Suite("The search for pictures")
struct PictureSearchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ path: String, _ bytes: [UInt8] = []) throws {
    let file = folder.appending(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  private func link(_ path: String, to target: URL) throws {
    try FileManager.default.createSymbolicLink(at: folder.appending(path), withDestinationURL: target)
  }

  private func names(_ found: LabelledPictures) -> [String] {
    found.classes.flatMap { $0.pictures.map { String($0.path.dropFirst(folder.url.path.count + 1)) } }
  }

  private func remarks(_ found: LabelledPictures) -> [String] { found.remarks.map { "\($0.kind) \($0.path)" }.sorted() }

  @Test("Files without the ending of a picture count by their content, and the others are told")
  func content() throws {
    try write("rose/a.jpg")
    try write("rose/b.jpg_large", Fixture.jpeg.bytes)
    try write("rose/c.jpg?w=300", Fixture.png.bytes)
    try write("rose/d", BitmapFile(width: 2, height: 2) { _, _ in [1, 2, 3] }.bytes)
    try write("rose/notes.txt", Array("a rose is a rose".utf8))
    try write("rose/BMW", Array("BMW is no picture, whatever its first two letters mean".utf8))
    try write("rose/empty")
    try write("rose/e.cr2", Fixture.tiff.bytes)
    try write("rose/f.jpg.crdownload", Fixture.jpeg.bytes)
    try write("loose.jpg")
    let found = try LabelledPictures(folder: folder.url)
    #expect(names(found) == ["rose/a.jpg", "rose/b.jpg_large", "rose/c.jpg?w=300", "rose/d"])
    #expect(
      remarks(found) == [
        "besideClasses loose.jpg", "noPicture rose/BMW", "noPicture rose/empty", "noPicture rose/f.jpg.crdownload",
        "noPicture rose/notes.txt", "rawPicture rose/e.cr2",
      ])
    #expect(!found.remarks.contains { $0.isProblem })
    #expect(
      SearchRemark.sentences(found.remarks).first
        == "passed over 4 files that are no pictures: rose/BMW, rose/empty, rose/f.jpg.crdownload, …")
  }

  @Test("The folders of a NAS and of macOS are no classes, and no parts of classes")
  func systemFolders() throws {
    for path in ["rose/a.jpg", "rose/@eaDir/a.jpg/THUMB_M.jpg", "@eaDir/b.jpg", "__MACOSX/c.jpg", "#recycle/d.jpg"] {
      try write(path)
    }
    let found = try LabelledPictures(folder: folder.url)
    #expect(names(found) == ["rose/a.jpg"])
    #expect(found.emptyClasses.isEmpty)
    #expect(
      remarks(found) == [
        "systemFolder #recycle", "systemFolder @eaDir", "systemFolder __MACOSX", "systemFolder rose/@eaDir",
      ])
  }

  @Test("A link out of the folder is followed and told; one to a folder above, and one to processes, is not followed")
  func links() throws {
    let elsewhere = try TemporaryFolder()
    try Data().write(to: elsewhere.appending("x.jpg"))
    try write("data/rose/a.jpg")
    try link("data/daisy", to: elsewhere.url)
    try link("data/rose/above", to: folder.url)
    try link("data/rose/root", to: URL(filePath: "/"))
    try link("data/rose/broken", to: folder.appending("nothing"))
    let hasProcesses = FileManager.default.fileExists(atPath: "/proc/self")
    if hasProcesses { try link("data/rose/processes", to: URL(filePath: "/proc")) }
    let found = try LabelledPictures(folder: folder.appending("data"))
    #expect(names(found) == ["data/daisy/x.jpg", "data/rose/a.jpg"])
    #expect(
      remarks(found) == ["followed daisy", "leadsAstray rose/above"]
        + (hasProcesses ? ["leadsAstray rose/processes"] : []) + ["leadsAstray rose/root", "notAFile rose/broken"])
  }

  @Test("A pipe among the pictures is told, and not opened")
  func pipe() throws {
    try write("rose/a.jpg")
    for name in ["rose/pipe", "rose/pipe.jpg"] { #expect(mkfifo(folder.appending(name).path, 0o600) == 0) }
    let found = try LabelledPictures(folder: folder.url)
    #expect(names(found) == ["rose/a.jpg"])
    #expect(remarks(found) == ["notAFile rose/pipe", "notAFile rose/pipe.jpg"])
  }

  #if os(Linux)
    @Test("Names that are not UTF-8 are told, with their bytes, and are problems")
    func otherNames() throws {
      try write("rose/a.jpg")
      let root = Array(folder.url.path.utf8)
      for (name, isFolder) in [("/caf", true), ("/rose/caf", false)] {
        let path = (root + Array(name.utf8) + [0xE9, 0]).map { CChar(bitPattern: $0) }
        if isFolder { #expect(mkdir(path, 0o700) == 0) } else { close(open(path, O_CREAT | O_WRONLY, 0o600)) }
      }
      let found = try LabelledPictures(folder: folder.url)
      #expect(names(found) == ["rose/a.jpg"])
      #expect(remarks(found) == [#"notUTF8 caf\xe9"#, #"notUTF8 rose/caf\xe9"#])
      #expect(found.remarks.allSatisfy { $0.isProblem })
    }
  #endif

  @Test("A folder without pictures says what it holds instead")
  func nothing() throws {
    try write("rose/notes.txt", [65])
    let error = #expect(throws: LabelledPicturesError.self) { try LabelledPictures(folder: folder.url) }
    #expect(error?.code == .noPictures)
    #expect(error?.message.contains("a file that is no picture: rose/notes.txt") == true)
  }

  @Test("A list may name files by URLs and by paths of Windows, and no pictures elsewhere")
  func lists() throws {
    try write("rose/a b.jpg")
    let list = folder.appending("list.csv")
    let url = folder.appending("rose/a b.jpg").absoluteString
    try Data("rose\\a b.jpg,rose\n\(url),tulip\n".utf8).write(to: list)
    let found = try LabelledPictures(list: list)
    let path = folder.appending("rose/a b.jpg").path
    #expect(found.classes.map { $0.pictures.map(\.path) } == [[path], [path]])
    for bad in ["https://example.com/a.jpg", "file://host/a.jpg", "C:\\pictures\\a.jpg", "\\\\nas\\a.jpg"] {
      try Data("rose/a.jpg,rose\n\(bad),rose\n".utf8).write(to: list)
      let error = #expect(throws: LabelledPicturesError.self, "\(bad)") { try LabelledPictures(list: list) }
      #expect(error?.code == .badLine && error?.message.hasPrefix("line 2") == true)
    }
  }

  @Test("Lists of too many lines, fields or bytes in a line are refused in a second")
  func longLists() throws {
    let list = folder.appending("list.csv")
    let start = ContinuousClock.now
    for (byte, line) in [(UInt8(0x0A), 4_000_001), (0x2C, 1), (0x61, 1)] {
      try Data(repeating: byte, count: 20_000_000).write(to: list)
      let error = #expect(throws: LabelledPicturesError.self) { try LabelledPictures(list: list) }
      #expect(error?.code == .badLine && error?.message.hasPrefix("line \(line) of") == true)
    }
    #expect(ContinuousClock.now - start < .seconds(10))
  }
}
