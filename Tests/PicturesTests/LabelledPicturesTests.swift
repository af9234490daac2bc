import Foundation
import Pictures
import Platform
import TestMaterial
import Testing

@Suite("Pictures in class folders")
struct ClassFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func touch(_ paths: String...) throws {
    for path in paths {
      let file = folder.appending(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: file)
    }
  }

  private func paths(_ pictures: [URL]) -> [String] {
    pictures.map { String($0.path.dropFirst(folder.url.path.count + 1)) }
  }

  @Test("Each folder is a class; classes and pictures are sorted by name")
  func order() throws {
    try touch("tulip/b.jpg", "tulip/a.PNG", "rose/10.jpg", "rose/9.jpeg", "Zinnia/x.webp")
    let found = try LabelledPictures(folder: folder.url)
    #expect(found.classes.map(\.name) == ["Zinnia", "rose", "tulip"])
    #expect(paths(found.classes[1].pictures) == ["rose/10.jpg", "rose/9.jpeg"])
    #expect(paths(found.classes[2].pictures) == ["tulip/a.PNG", "tulip/b.jpg"])
    #expect(found.count == 5)
  }

  @Test("A written list reads back the same, whatever characters the names have")
  func written() throws {
    try touch("rose/a.jpg", "rose, \"wild\"/b c.jpg", "tulip/d\ne.jpg", "tulip/f\r\n\"g\".jpg")
    let found = try LabelledPictures(folder: folder.url)
    let list = folder.appending("list.csv")
    try Data(LabelledPictures.list(of: found.classes).utf8).write(to: list)
    let read = try LabelledPictures(list: list)
    #expect(read.classes.map(\.name) == found.classes.map(\.name))
    #expect(read.classes.map { $0.pictures.map(\.path) } == found.classes.map { $0.pictures.map(\.path) })
  }

  @Test("Hidden files and folders, other files and files beside the class folders are ignored")
  func others() throws {
    try touch("rose/a.jpg", "rose/.b.jpg", "rose/notes.txt", "rose/Thumbs.db", ".git/c.jpg", "loose.jpg", "readme.md")
    let found = try LabelledPictures(folder: folder.url)
    #expect(found.classes.map(\.name) == ["rose"])
    #expect(found.count == 1)
  }

  @Test("Folders within a class belong to it; a link back to a parent is not followed again")
  func nested() throws {
    try touch("rose/red/a.jpg", "rose/b.jpg", "rose/red/dark/c.jpg")
    try FileManager.default.createSymbolicLink(
      at: folder.appending("rose/red/again"), withDestinationURL: folder.appending("rose"))
    let found = try LabelledPictures(folder: folder.url)
    #expect(paths(found.classes[0].pictures) == ["rose/b.jpg", "rose/red/a.jpg", "rose/red/dark/c.jpg"])
  }

  @Test("Folders that all link to each other are read once each")
  func links() throws {
    let names = (0..<12).map { "rose/\($0)" }
    for name in names { try touch("\(name)/x.jpg") }
    for name in names {
      for other in names {
        try FileManager.default.createSymbolicLink(
          at: folder.appending("\(name)/to\(other.dropFirst(5))"), withDestinationURL: folder.appending(other))
      }
    }
    #expect(try LabelledPictures(folder: folder.url).count == 12)
  }

  @Test("Folders without pictures are listed as empty classes")
  func empty() throws {
    try touch("rose/a.jpg", "tulip/notes.txt")
    #expect(try LabelledPictures(folder: folder.url).emptyClasses == ["tulip"])
  }

  @Test("Two names that differ only in how accents are composed are refused")
  func unicode() throws {
    try touch("caf\u{E9}/a.jpg", "cafe\u{301}/b.jpg")
    #expect(throws: LabelledPicturesError.sameName("café", path: folder.url.path)) {
      try LabelledPictures(folder: folder.url)
    }
  }

  @Test("Spaces at the ends of a name are ignored, and a name of only spaces is refused")
  func spaces() throws {
    try touch(" tulip/a.jpg", "rose \u{A0}/b.jpg")
    let found = try LabelledPictures(folder: folder.url)
    #expect(found.classes.map(\.name) == ["rose", "tulip"])
    #expect(paths(found.classes[1].pictures) == [" tulip/a.jpg"])
    try touch("tulip/c.jpg")
    #expect(throws: LabelledPicturesError.sameName("tulip", path: folder.url.path)) {
      try LabelledPictures(folder: folder.url)
    }
    let other = folder.appending("other")
    try touch("other/ /a.jpg")
    #expect(throws: LabelledPicturesError.emptyName(path: other.path)) { try LabelledPictures(folder: other) }
  }

  @Test("A name with a line break is refused with a message of one line; spaces and emoji are allowed")
  func names() throws {
    try touch("sweet pea 🌸/a.jpg")
    #expect(try LabelledPictures(folder: folder.url).classes.map(\.name) == ["sweet pea 🌸"])
    try touch("two\nlines/a.jpg")
    let error = #expect(throws: LabelledPicturesError.self) { try LabelledPictures(folder: folder.url) }
    #expect(error?.description.contains("two⏎lines") == true)
  }

  @Test("Folders without labelled pictures are errors that say what is expected")
  func nothing() throws {
    #expect(throws: LabelledPicturesError.noPictures(path: folder.url.path)) {
      try LabelledPictures(folder: folder.url)
    }
    try touch("a.jpg", "b.jpg")
    #expect(throws: LabelledPicturesError.noClassFolders(path: folder.url.path, pictures: 2)) {
      try LabelledPictures(folder: folder.url)
    }
    let missing = folder.appending("missing")
    #expect(throws: LabelledPicturesError.notAFolder(path: missing.path)) { try LabelledPictures(missing) }
  }

  @Test("The path of a picture gives that picture; the path of a folder gives its pictures")
  func files() throws {
    try touch("x/b.jpg", "x/a/c.png", "x/d.txt")
    #expect(paths(try PictureFiles.pictures(at: folder.appending("x"))) == ["x/a/c.png", "x/b.jpg"])
    #expect(paths(try PictureFiles.pictures(at: folder.appending("x/d.txt"))) == ["x/d.txt"])
    #expect(throws: LabelledPicturesError.self) { try PictureFiles.pictures(at: folder.appending("y")) }
  }
}

@Suite("Lists of pictures and labels")
struct PictureListTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ text: String) throws -> LabelledPictures {
    let list = folder.appending("list.csv")
    try Data(text.utf8).write(to: list)
    return try LabelledPictures(list)
  }

  @Test("Paths are relative to the list or absolute; classes are sorted by name")
  func paths() throws {
    let found = try read("b/2.jpg,tulip\n/abs/1.jpg,rose\na/1.jpg,tulip\n")
    #expect(found.classes.map(\.name) == ["rose", "tulip"])
    #expect(found.classes[0].pictures.map(\.path) == ["/abs/1.jpg"])
    #expect(found.classes[1].pictures.map(\.path) == ["a/1.jpg", "b/2.jpg"].map { folder.appending($0).path })
  }

  @Test(
    "A header, a byte order mark, carriage returns, empty lines and spaces around fields are ignored",
    arguments: [
      "path,label\na.jpg,rose\n", "\u{FEFF}Path,Label\r\na.jpg,rose\r\n", "\n\na.jpg,rose", " a.jpg ,\trose \n\n",
      "\"a.jpg\",\"rose\"", "a.jpg,rose\na.jpg,rose\n",
    ])
  func forms(text: String) throws {
    let found = try read(text)
    #expect(found.classes == [.init(name: "rose", pictures: [folder.appending("a.jpg")])])
  }

  @Test("Quoted fields may contain commas and quotes")
  func quotes() throws {
    let found = try read("\"a, b.jpg\",\"the \"\"red\"\" rose\"\n")
    #expect(found.classes == [.init(name: "the \"red\" rose", pictures: [folder.appending("a, b.jpg")])])
  }

  @Test(
    "An error names the line that cannot be used",
    arguments: [
      ("a.jpg,rose\nb.jpg\n", 2), ("a.jpg,rose\n\nb.jpg,red,rose\n", 3), ("a.jpg,\n", 1), (",rose", 1),
      ("a.jpg,rose\n\"b.jpg,rose\n", 2), ("\"a.jpg\"x,rose", 1), ("a.jpg,rose\na.jpg,tulip\n", 2),
    ])
  func bad(text: String, line: Int) throws {
    let error = #expect(throws: LabelledPicturesError.self) { try read(text) }
    #expect(error?.description.hasPrefix("line \(line) of ") == true, "\(String(describing: error))")
  }

  @Test("An empty list and a binary file are refused")
  func none() throws {
    #expect(throws: LabelledPicturesError.self) { try read("path,label\n") }
    #expect(throws: LabelledPicturesError.self) { try read("") }
    let binary = folder.appending("binary.csv")
    try Data([0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10, 0x4A, 0x46, 0x49, 0x46, 0x00]).write(to: binary)
    #expect(throws: LabelledPicturesError.unreadable(path: binary.path)) { try LabelledPictures(binary) }
  }
}
