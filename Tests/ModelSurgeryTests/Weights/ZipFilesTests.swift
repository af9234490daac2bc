import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Zip archives of any files")
struct ZipFilesTests {
  private func archive(_ files: [(String, String)]) throws -> [UInt8] {
    var writer = ZipWriter()
    var bytes: [UInt8] = []
    for (name, text) in files {
      let header = writer.header(of: name, Bytes(Array(text.utf8)))
      bytes += try #require(header) + Array(text.utf8)
    }
    return bytes + writer.end
  }

  @Test("What was written is read, in order, and nothing else")
  func roundTrip() throws {
    let files = [("rose/1.jpg", "one"), ("tulip/é.jpg", "two"), ("empty", "")]
    let read = try ZipFiles(Bytes(archive(files)), limit: 1 << 20)
    #expect(read.names == files.map(\.0))
    for (index, file) in files.enumerated() { #expect(read.contents(at: index) == Bytes(Array(file.1.utf8))) }
    #expect(read.contents(at: 3) == nil && read.contents(at: -1) == nil)
  }

  @Test("Python's zipfile reads what was written, and its compressed archives are read")
  func python() throws {
    let folder = try TemporaryFolder()
    let (ours, theirs) = (folder.appending("ours.zip"), folder.appending("theirs.zip"))
    try Data(archive([("a/1", String(repeating: "x", count: 5000))])).write(to: ours)
    let script = """
      import sys, zipfile
      with zipfile.ZipFile(sys.argv[1]) as archive:
          assert archive.testzip() is None and archive.read("a/1") == b"x" * 5000
      with zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as archive:
          archive.writestr("b/2", b"y" * 9000)
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, ours.path, theirs.path]
    try process.start()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let read = try ZipFiles(Bytes(mapping: theirs), limit: 9000)
    #expect(read.contents(at: 0) == Bytes(Array(repeating: UInt8(ascii: "y"), count: 9000)))
    #expect(throws: WeightsError.self) { try ZipFiles(Bytes(mapping: theirs), limit: 8999) }
  }

  @Test("Cut archives are refused or lack files, and never crash")
  func cut() throws {
    let whole = try archive([("a", "one"), ("b", "two")])
    for length in 0..<whole.count {
      let read = try? ZipFiles(Bytes(Array(whole.prefix(length))), limit: 1 << 20)
      #expect(read == nil)
    }
    for place in whole.indices {
      var broken = whole
      broken[place] ^= 0xFF
      guard let read = try? ZipFiles(Bytes(broken), limit: 1 << 20) else { continue }
      for index in read.names.indices { _ = read.contents(at: index) }
    }
  }
}
