import Foundation
import Platform
import TestMaterial
import Testing

@testable import TFLite

@Suite("Atomic file writes")
struct AtomicFileTests {
  private func names(in folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  private func reason(_ write: () throws(AtomicFileError) -> Void) -> String? {
    do throws(AtomicFileError) {
      try write()
      return nil
    } catch {
      return error.reason
    }
  }

  @Test("Writes all pieces into one new file and leaves no other file")
  func writesNewFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("größer 漢字 🌷.txt")
    try AtomicFile(file).write([[1, 2], [], [3]])
    #expect(try Data(contentsOf: file) == Data([1, 2, 3]))
    try AtomicFile(file).write("tulip\n")
    #expect(try String(contentsOf: file, encoding: .utf8) == "tulip\n")
    #expect(try names(in: folder) == [file.lastPathComponent])
  }

  @Test("Keeps the permissions of a file that it replaces")
  func keepsPermissions() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("file")
    try AtomicFile(file).write("old")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file.path)
    try AtomicFile(file).write("new")
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o640)
  }

  @Test("Follows a symbolic link and keeps it")
  func followsLinks() throws {
    let folder = try TemporaryFolder()
    let (file, link) = (folder.appending("file"), folder.appending("link"))
    try AtomicFile(file).write("old")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
    try AtomicFile(link).write("new")
    #expect(try String(contentsOf: file, encoding: .utf8) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
  }

  @Test("Refuses a folder and a path in a missing folder, and says why")
  func refusesFolders() throws {
    let folder = try TemporaryFolder()
    #expect(reason { () throws(AtomicFileError) in try AtomicFile(folder.url).write("x") } == "it is a folder")
    let missing = folder.appending("missing/file")
    #expect(
      reason { () throws(AtomicFileError) in try AtomicFile(missing).write("x") } == "No such file or directory")
    #expect(try names(in: folder) == [])
  }

  @Test("Replaces a file with a long name, and refuses a name too long for the system")
  func longNames() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending(String(repeating: "n", count: 250))
    try AtomicFile(file).write("old")
    try AtomicFile(file).write("new")
    #expect(try String(contentsOf: file, encoding: .utf8) == "new")
    let tooLong = folder.appending(String(repeating: "n", count: 300))
    #expect(reason { () throws(AtomicFileError) in try AtomicFile(tooLong).write("x") } == "File name too long")
    #expect(try names(in: folder) == [file.lastPathComponent])
  }

  #if os(Linux)
    @Test("Reports that a disk is full")
    func saysThatDiskIsFull() {
      let full = URL(filePath: "/dev/full")
      #expect(reason { () throws(AtomicFileError) in try AtomicFile(full).write("x") } == "No space left on device")
    }
  #endif

  @Test("Removes what a killed process left in the folder, but not what a living one is writing")
  func removesRemains() throws {
    let folder = try TemporaryFolder()
    for name in [".imprint-dead.tmp", ".imprint-alive.tmp", ".other.tmp", ".imprint-kept"] {
      try Data("part".utf8).write(to: folder.appending(name))
    }
    let alive = open(folder.appending(".imprint-alive.tmp").path, O_RDONLY)
    defer { close(alive) }
    #expect(flock(alive, LOCK_EX) == 0)
    #expect(mkfifo(folder.appending(".imprint-pipe.tmp").path, 0o600) == 0)
    try AtomicFile(folder.appending("new")).write("x")
    #expect(
      try names(in: folder) == [".imprint-alive.tmp", ".imprint-kept", ".imprint-pipe.tmp", ".other.tmp", "new"])
  }

  @Test("Many writers in one folder do not remove each other's files")
  func writesAtOnce() async throws {
    let folder = try TemporaryFolder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<50 { try AtomicFile(cached: folder.appending("\(writer)")).write("\(round)") }
        }
      }
      try await group.waitForAll()
    }
    #expect(try names(in: folder) == (0..<8).map { "\($0)" })
  }

  @Test("Several files are written together: if one cannot be, none changes")
  func writesTogether() throws {
    let folder = try TemporaryFolder()
    let files = [folder.appending("model"), folder.appending("labels")]
    let contents = { (text: String) in files.map { (file: AtomicFile($0), pieces: [Bytes(Array(text.utf8))]) } }
    try AtomicFile.write(contents("old"))
    let bad = (file: AtomicFile(folder.url), pieces: [Bytes()])
    #expect(
      reason { () throws(AtomicFileError) in try AtomicFile.write(contents("new") + [bad]) } == "it is a folder")
    for file in files { #expect(try String(contentsOf: file, encoding: .utf8) == "old") }
    try AtomicFile.write(contents("new"))
    for file in files { #expect(try String(contentsOf: file, encoding: .utf8) == "new") }
    #expect(try names(in: folder) == ["labels", "model"])
  }

  @Test("A pipe that nothing reads is refused, and does not block")
  func refusesPipe() throws {
    let folder = try TemporaryFolder()
    let pipe = folder.appending("pipe")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(
      reason { () throws(AtomicFileError) in try AtomicFile(pipe).write("x") } == "it is a pipe that nothing reads")
  }

  @Test("Writes a model over the file that it was mapped from")
  func replacesItsOwnSource() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try SampleModel.model.serialized().write(to: file)
    var model = try Model(contentsOf: file)
    model.description = "changed"
    try model.serialized().write(to: file)
    #expect(try Model(contentsOf: file) == model)
    #expect(model.buffers == SampleModel.model.buffers)
  }

  @Test("Reports why a file cannot be read")
  func saysWhyReadingFails() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TFLiteError.cannotRead(path: folder.url.path, reason: "it is a folder")) {
      try Model(contentsOf: folder.url)
    }
    let missing = folder.appending("missing")
    #expect(throws: TFLiteError.cannotRead(path: missing.path, reason: "No such file or directory")) {
      try Model(contentsOf: missing)
    }
    let empty = folder.appending("empty")
    try AtomicFile(empty).write("")
    #expect(throws: TFLiteError.notAModel(reason: "it is empty").naming(path: empty.path)) {
      try Model(contentsOf: empty)
    }
  }

  @Test("Errors in reading name the file")
  func namesFile() throws {
    let folder = try TemporaryFolder()
    let (text, damaged) = (folder.appending("text.tflite"), folder.appending("damaged.tflite"))
    try AtomicFile(text).write("not a model")
    let notAModel = #expect(throws: TFLiteError.self) { try Model(contentsOf: text) }
    #expect(notAModel?.path == text.path)
    #expect(notAModel?.message.hasPrefix("\(text.path) is not a TensorFlow Lite model: its bytes 5 to 8") == true)
    try AtomicFile(damaged).write([Bytes(Array(SampleModel.model.serialized().bytes().prefix(200)))])
    let malformed = #expect(throws: TFLiteError.self) { try Model(contentsOf: damaged) }
    #expect(malformed?.code == .malformed)
    #expect(malformed?.message.hasPrefix("\(damaged.path): the model is damaged at ") == true)
    #expect(malformed?.localizedDescription == malformed?.description)
  }

  @Test("An error in writing names the file and the reason")
  func describesWritingError() {
    let error = AtomicFileError.cannotWrite(path: "/model.tflite", reason: "No space left on device")
    #expect(error.description == "/model.tflite cannot be written: No space left on device")
    #expect(error.identifier == "AtomicFileError.cannotWrite")
  }
}
