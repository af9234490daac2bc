import Foundation
import TFLite
import TestMaterial
import Testing

@testable import ModelSurgery

@Suite("Files packed behind a model")
struct PackedFilesTests {
  private let files: [String: Bytes] = [
    "labels.txt": Bytes(Array("rose\ntulip\n".utf8)), "größe.txt": [], "more/data": Bytes([UInt8](0...255)),
  ]

  private func packed() throws -> Model {
    var model = try SmallPictureModel.model()
    var packed = PackedFiles(behind: model)
    packed.contents = files
    try model.setPackedFiles(packed)
    return model
  }

  private func reread(_ model: Model) throws -> Model { try Model(bytes: Bytes(model.serialized().bytes())) }

  @Test("They are read back, also when the model has grown or shrunk since")
  func roundTrip() throws {
    var model = try reread(packed())
    #expect(PackedFiles(behind: model).contents == files)
    model.description = Text(String(repeating: "longer ", count: 100))
    model = try reread(model)
    #expect(PackedFiles(behind: model).contents == files)
    model.description = nil
    #expect(try PackedFiles(behind: reread(model)).contents == files)
  }

  @Test(
    "A strict reader of zips opens the file, and their checksums hold",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func python() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try packed().serialized().write(to: file)
    let script = """
      import struct, sys, zipfile
      raw = open(sys.argv[1], "rb").read()
      with zipfile.ZipFile(sys.argv[1]) as archive:
          assert archive.testzip() is None
          assert archive.namelist() == sorted(["labels.txt", "größe.txt", "more/data"], key=lambda n: n.encode())
          assert archive.read("labels.txt") == b"rose\\ntulip\\n"
          assert archive.read("more/data") == bytes(range(256))
          for entry in archive.infolist():
              assert raw[entry.header_offset:entry.header_offset + 4] == b"PK\\x03\\x04"
      # The offsets count from the file's start: nothing has to be allowed for.
      end = raw.rindex(b"PK\\x05\\x06")
      size, start = struct.unpack("<II", raw[end + 12:end + 20])
      assert start + size == end and raw[start:start + 4] == b"PK\\x01\\x02"
      """
    _ = try Python.run(script, [file.path])
  }

  @Test("Other bytes behind the model stay before them")
  func others() throws {
    var model = try SmallPictureModel.model()
    model.trailing = [9, 8, 7]
    var packed = PackedFiles(behind: model)
    #expect(packed.contents.isEmpty)
    packed.contents = files
    try model.setPackedFiles(packed)
    model = try reread(model)
    #expect(model.trailing.prefix(3).elementsEqual([9, 8, 7]))
    var again = PackedFiles(behind: model)
    #expect(again.contents == files)
    again.contents = [:]
    try model.setPackedFiles(again)
    #expect(model.trailing == [9, 8, 7])
  }

  @Test("A damaged archive is none, and never a crash", arguments: 0..<3)
  func damaged(seed: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let model = try packed()
    for _ in 0..<1000 {
      var changed = model
      var bytes = Array(model.trailing)
      Mutation.mutate(&bytes, using: &generator)
      changed.trailing = Bytes(bytes)
      for contents in PackedFiles(behind: changed).contents.values { #expect(contents.count <= bytes.count) }
    }
  }
}
