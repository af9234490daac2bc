import Testing

@testable import TFLite

@Suite("Files that refer to the same bytes repeatedly")
struct ProportionTests {
  /// Returns a model in which the root's vector `field` refers to one table `count` times.
  ///
  /// The table has no fields; its list of fields has `slots` entries, all zero.
  private func repeating(field: Int, count: Int, slots: Int = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    func put(_ numbers: Int...) {
      for number in numbers {
        for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
      }
    }
    func putShort(_ number: Int) { for shift in [0, 8] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) } }
    put(32)
    bytes += Array("TFL3".utf8)
    // The root's list of fields, for the version and the vector.
    for entry in [4 + 2 * 10, 12] + (0..<10).map({ $0 == 0 ? 4 : $0 == field ? 8 : 0 }) { putShort(entry) }
    // The root at 32; its vector at 44; then the table's list of fields and the table.
    put(32 - 8, 3, 4)
    let table = 48 + 4 * count + roundedUp(4 + 2 * slots, to: 4)
    put(count)
    for index in 0..<count { put(table - (48 + 4 * index)) }
    putShort(4 + 2 * slots)
    putShort(4)
    for _ in 0..<slots { putShort(0) }
    while bytes.count < table { bytes.append(0) }
    put(table - (48 + 4 * count))
    return bytes
  }

  @Test("A table to which a vector refers a few times is read")
  func readsFew() throws {
    let model = try Model(bytes: Bytes(repeating(field: 2, count: 3)))
    #expect(model.subgraphs.count == 3)
    #expect(try Model(bytes: Bytes(repeating(field: 4, count: 3, slots: 5))).buffers.count == 3)
  }

  @Test(
    "A table to which a vector refers very many times is refused", arguments: [2: "subgraphs", 7: "signature_defs"])
  func refusesMany(field: Int, name: String) {
    let bytes = Bytes(repeating(field: field, count: 300_000))
    #expect(throws: TFLiteError.outOfProportion(field: name)) { try Model(bytes: bytes) }
  }

  @Test("A long list of unknown fields, shared by many tables, is refused")
  func refusesLongLists() {
    #expect(throws: TFLiteError.self) {
      try Model(bytes: Bytes(repeating(field: 4, count: 20_000, slots: 32_000)))
    }
  }

  @Test("Data that overlaps many times is refused")
  func refusesOverlaps() throws {
    var node = TableNode()
    node.add(Model.Fields.version, 3 as UInt32)
    node.add(Model.Fields.buffers, (0..<50).map { OverlappingBuffer(start: 64 + $0) }, [])
    var file = try FlatBufferWriter.file(of: node, identifier: Model.fileIdentifier)
    file.append(Bytes([UInt8](repeating: 5, count: 100_000)))
    let error = #expect(throws: TFLiteError.self) { try Model(bytes: Bytes(SerializedModel(file).bytes())) }
    #expect(error?.code == .outOfProportion)
    #expect(error?.field?.hasPrefix("buffers[") == true)
  }

  @Test("Shared data is written once")
  func writesSharedDataOnce() throws {
    let shared = Bytes([UInt8](repeating: 5, count: 10_000))
    var model = Model()
    model.buffers = [Buffer(), Buffer(shared), Buffer(shared)]
    let written = try model.serialized()
    #expect(written.count < 11_000)
    #expect(try Model(bytes: Bytes(written.bytes())).buffers == model.buffers)
  }
}

/// A buffer whose data is 50 000 bytes outside the flatbuffer.
private struct OverlappingBuffer: TableValue {
  let start: Int

  init(start: Int) { self.start = start }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    start = Int(try reader.number(table, Buffer.Fields.offset) as UInt32)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Buffer.Fields.offset, UInt64(start))
    node.add(Buffer.Fields.size, 50_000 as UInt64)
    return node
  }
}
