import Testing

@testable import TFLite

@Suite("Data outside the flatbuffer")
struct OutOfLineTests {
  @Test("Data outside the flatbuffer is read, and stays outside when written")
  func survives() throws {
    let bytes = try SampleModel.model.serialized().bytes()
    var model = try Model(bytes: Bytes(bytes))
    #expect(model == SampleModel.model)
    #expect(model.buffers[3].isOutOfLine)
    #expect(model.buffers[3].data == [1, 2, 3, 4, 5])
    #expect(model.subgraphs[0].operators[2].customOptions == Bytes(Array("options".utf8)))
    #expect(model.subgraphs[0].operators[2].hasOutOfLineCustomOptions)

    model.buffers[1].data = Bytes([UInt8](repeating: 3, count: 4000))
    let moved = try Model(bytes: Bytes(model.serialized().bytes()))
    #expect(moved == model)
    let data = try #require(moved.buffers[3].data)
    #expect(data.offset % 16 == 0)
    #expect(data.offset > 4000)
  }

  @Test("Data may be empty; offsets 0 and 1 mean that there is none", arguments: [0, 1])
  func readsPlaceholders(offset: UInt64) throws {
    var model = SampleModel.model
    model.buffers[0].storedOffset = offset
    model.buffers[0].storedSize = 1
    model.buffers[3].data = []
    let read = try Model(bytes: Bytes(model.serialized().bytes()))
    #expect(read == model)
    #expect(read.buffers[0].data == nil)
    #expect(read.buffers[3].data?.isEmpty == true)
  }

  @Test(
    "Data beyond the end of the file is refused",
    arguments: [(UInt64(2), UInt64.max), (.max, 2), (1 << 40, 1), (2, 1 << 20)])
  func refusesOtherPlaces(offset: UInt64, size: UInt64) throws {
    var model = Model()
    model.buffers = [Buffer()]
    model.buffers[0].storedOffset = offset
    model.buffers[0].storedSize = size
    let bytes = try SerializedModel(FlatBufferWriter.file(of: model.node, identifier: Model.fileIdentifier)).bytes()
    let error = #expect(throws: TFLiteError.self) { try Model(bytes: Bytes(bytes)) }
    #expect(error?.code == .malformed)
    #expect(error?.field == "buffers[0].offset")
  }

  @Test("A model over 2 GB is refused, unless its data is outside the flatbuffer")
  func refusesMoreThanFits() throws {
    // Overlapping slices of one array: a large model that takes little memory.
    let storage = Bytes([UInt8](repeating: 0, count: 64 << 20))
    var model = Model()
    model.buffers = (0..<40).map { Buffer(storage.slice($0..<(storage.count - 40))) }
    let error = #expect(throws: TFLiteError.self) { try model.serialized() }
    #expect(error?.code == .tooLarge)
    #expect(try #require(error?.byteCount) > 2_600_000_000)
    for index in model.buffers.indices { model.buffers[index].isOutOfLine = true }
    #expect(try model.serialized().count > 2_600_000_000)
  }
}
