import Foundation
import TFLite
import TestMaterial
import Testing

@testable import ModelSurgery

@Suite("Packed files")
struct PackedFilesTests {
  private let files: [String: Bytes] = [
    "labels.txt": Bytes(Array("rose\ntulip\n".utf8)), "größe.txt": [], "more/data": Bytes([UInt8](0...255)),
  ]

  private func packed() throws -> Model {
    var model = try SmallExtractor.meanColour()
    var packed = PackedFiles(behind: model)
    packed.contents = files
    try model.setPackedFiles(packed)
    return model
  }

  private func reread(_ model: Model) throws -> Model { try Model(bytes: Bytes(model.serialized().bytes())) }

  @Test("Packed files are read back, even if the model has grown or shrunk")
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
    "A strict zip reader opens the file and verifies its checksums",
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
      # The offsets count from the start of the file.
      end = raw.rindex(b"PK\\x05\\x06")
      size, start = struct.unpack("<II", raw[end + 12:end + 20])
      assert start + size == end and raw[start:start + 4] == b"PK\\x01\\x02"
      """
    _ = try Python.run(script, [file.path])
  }

  @Test("Other trailing data stays before the archive")
  func others() throws {
    var model = try SmallExtractor.meanColour()
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

  @Test(
    "Compressed files are decompressed, at every level",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func compressed() throws {
    let folder = try TemporaryFolder()
    let script = """
      import random, sys, zlib
      random.seed(1)
      texts = [b"", b"rose\\n", b"tulip\\n" * 5000, bytes(range(256)) * 300, random.randbytes(70000),
               bytes(random.choices(b"abcdefgh\\n", range(1, 10), k=100000))]
      for number, text in enumerate(texts):
          open(f"{sys.argv[1]}/{number}.plain", "wb").write(text)
          for level in [0, 1, 6, 9]:
              for strategy in [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE]:
                  packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
                  packed = packer.compress(text) + packer.flush()
                  open(f"{sys.argv[1]}/{number}.{level}{strategy}.packed", "wb").write(packed)
      """
    _ = try Python.run(script, [folder.url.path])
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasSuffix("packed") }
    #expect(names.count == 96)
    var generator = SeededGenerator(seed: 5)
    for name in names {
      let packed = try Bytes(mapping: folder.appending(name))
      let plain = try Bytes(mapping: folder.appending("\(name.prefix(1)).plain"))
      #expect(Deflate.unpacked(packed, count: plain.count) == plain, "\(name)")
      #expect(Deflate.unpacked(packed, count: plain.count + 1) == nil)
      if !plain.isEmpty { #expect(Deflate.unpacked(packed, count: plain.count - 1) == nil) }
      #expect(Deflate.unpacked(packed.slice(0..<packed.count - 1) ?? [], count: plain.count) == nil)
      guard packed.count < 10_000, packed.count > 8 else { continue }
      for _ in 0..<20 {
        var changed = Array(packed)
        Mutation.mutate(&changed, using: &generator)
        if let found = Deflate.unpacked(Bytes(changed), count: plain.count) { #expect(found.count == plain.count) }
      }
    }
    #expect(Deflate.unpacked([], count: 0) == nil)
    #expect(Deflate.unpacked([3, 0], count: 1 << 40) == nil)
    #expect(Deflate.unpacked([3, 0], count: -1) == nil)
  }

  @Test(
    "An archive of bombs is refused before anything is decompressed",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func bombs() throws {
    let folder = try TemporaryFolder()
    let script = """
      import struct, sys, zipfile, zlib
      folder = sys.argv[1]
      with zipfile.ZipFile(folder + "/zeros.zip", "w", zipfile.ZIP_DEFLATED) as archive:
          for number in range(3): archive.writestr(f"{number}.txt", bytes(6 << 20))
      # Ten thousand directory records of one file, which takes a second to read: a million empty blocks.
      packed = (bytes.fromhex("000000ffff") * 1000000) + bytes.fromhex("010000ffff")
      def shared(count):
          name = b"0.txt"
          fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), 0, len(name), 0)
          local = b"PK\\3\\4" + fields + name + packed
          directory = b""
          for number in range(count):
              directory += b"PK\\1\\2" + struct.pack("<H", 20) + fields + bytes(10) + struct.pack("<I", 0) + name
          end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(local), 0)
          return local + directory + b"PK\\5\\6" + end
      open(folder + "/shared.zip", "wb").write(shared(10000))
      with zipfile.ZipFile(folder + "/many.zip", "w") as archive:
          for number in range(70000): archive.writestr(f"{number}", b"")
      with zipfile.ZipFile(folder + "/fair.zip", "w", zipfile.ZIP_DEFLATED) as archive:
          archive.writestr("labels.txt", "rose\\n" * 100000)
      """
    _ = try Python.run(script, [folder.url.path])
    let clock = ContinuousClock()
    for (name, count) in [("zeros", 0), ("shared", 0), ("many", 0), ("fair", 1)] {
      var model = try SmallExtractor.meanColour()
      model.trailing = try Bytes(mapping: folder.appending(name + ".zip"))
      let start = clock.now
      #expect(PackedFiles(behind: model).contents.count == count, "\(name)")
      #expect(clock.now - start < .seconds(5), "\(name)")
    }
  }

  @Test("A damaged archive never causes a crash", arguments: 0..<3)
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
