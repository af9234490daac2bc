import Foundation
import TestMaterial
import Testing

@testable import TFLite

@Suite("Bytes after the flatbuffer")
struct TrailingBytesTests {
  private func reread(_ model: Model) throws -> Model { try Model(bytes: Bytes(model.serialized().bytes())) }

  @Test(
    "Trailing bytes are kept unchanged and stay last",
    arguments: [[0x50], [0, 0, 1], Array(0...255), [1] + Array(repeating: 0, count: 40)])
  func areKept(trailing: [UInt8]) throws {
    var model = SampleModel.model
    model.trailing = Bytes()
    let bytes = try model.serialized().bytes()
    var read = try Model(bytes: Bytes(bytes + trailing))
    #expect(read.trailing == Bytes(trailing))
    read.description = "another description, of another length"
    #expect(try read.serialized().bytes().suffix(trailing.count) == trailing[...])
    #expect(try reread(read) == read)
  }

  @Test("Fewer than 16 zero bytes at the end are padding, not content")
  func ignoresPadding() throws {
    var model = SampleModel.model
    model.trailing = Bytes()
    let bytes = try model.serialized().bytes()
    #expect(try Model(bytes: Bytes(bytes + [UInt8](repeating: 0, count: 15))).trailing.isEmpty)
    #expect(try Model(bytes: Bytes(bytes + [UInt8](repeating: 0, count: 16))).trailing.count == 16)
  }

  @Test(
    "An appended zip can still be opened when the model has grown or shrunk",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)), arguments: [0, 5000, 300_000])
  func zipSurvives(paddingCount: Int) throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    var model = SampleModel.model
    model.trailing = Bytes()
    model.buffers[1].data = Bytes([UInt8](repeating: 1, count: 4000))
    try model.serialized().write(to: file)
    var data = try Data(contentsOf: file)
    data.append(Data(repeating: 0, count: paddingCount))
    try data.write(to: file)
    _ = try Python.run(Scripts.appendZip, [file.path])

    var grown = try Model(contentsOf: file)
    #expect(grown.trailing.endsAsZip)
    #expect(grown.trailing.first == 0x50)
    #expect(grown.trailingOffset == data.count)
    let zip = grown.trailing
    grown.buffers[1].data = Bytes([UInt8](repeating: 1, count: 9000))
    var shrunk = grown
    shrunk.buffers[1].data = [1]
    for var changed in [grown, shrunk] {
      try changed.serialized().write(to: file)
      _ = try Python.run(Scripts.checkZip, [file.path])
      // Padding before the zip does not accumulate when the model is written again.
      changed = try Model(contentsOf: file)
      #expect(changed.trailing == zip)
      try changed.serialized().write(to: file)
      #expect(try Model(contentsOf: file) == changed)
      _ = try Python.run(Scripts.checkZip, [file.path])
    }
    #expect(try Python.run(Scripts.compare, [file.path, file.path]).isEmpty == false)
  }

  @Test("Bytes that an accelerator's operator locates by offset are never moved")
  func keepsProgramsInPlace() throws {
    var model = SampleModel.model
    model.trailing = Bytes()
    model.operatorCodes[2].customCode = "DISPATCH_OP"
    let program = [UInt8](1...200)
    let bytes = try model.serialized().bytes() + program
    var read = try Model(bytes: Bytes(bytes))
    #expect(read.trailingOffset == bytes.count - program.count)
    read.description = nil
    #expect(try read.serialized().bytes().suffix(200) == program[...])
    #expect(try read.serialized().count == bytes.count)
    read.buffers[1].data = Bytes([UInt8](repeating: 1, count: 9000))
    #expect(throws: TFLiteError.self) { try read.serialized() }
  }
}
