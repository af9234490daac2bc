import Foundation
import TestMaterial
import Testing

@testable import TFLite

@Suite("Damaged and hostile files")
struct HostileInputTests {
  /// Reads bytes; a model that can be read must also survive writing and reading, unless it has newer fields.
  private func checkRoundTrip(_ bytes: [UInt8]) throws(TFLiteError) {
    let model: Model
    do throws(TFLiteError) { model = try Model(bytes: Bytes(bytes)) } catch { return }
    let written: SerializedModel
    do throws(TFLiteError) { written = try model.serialized() } catch {
      guard error.code == .newerThanSchema else { throw error }
      return
    }
    #expect(written.count < 50 * bytes.count + 10_000)
    let again = try Model(bytes: Bytes(written.bytes())).serialized()
    #expect(again.bytes() == written.bytes())
  }

  private func error(of bytes: [UInt8]) -> TFLiteError? {
    do throws(TFLiteError) {
      _ = try Model(bytes: Bytes(bytes))
      return nil
    } catch {
      return error
    }
  }

  @Test("A vector of 8-byte numbers may begin at any 4 bytes: TensorFlow's own tools write such files")
  func unalignedNumbers() throws {
    var model = Model()
    model.version = 3
    model.subgraphs = [SubGraph()]
    let point: Int64 = 0x11_22_33_44_55_66_77
    model.subgraphs[0].tensors = [
      Tensor(shape: [1], type: .uint8, quantization: QuantizationParameters(scale: 1, zeroPoint: point))
    ]
    var bytes = try model.serialized().bytes()
    let number = withUnsafeBytes(of: point.littleEndian) { Array($0) }
    let place = try #require((0...bytes.count - 8).first { Array(bytes[$0..<$0 + 8]) == number })
    func word(_ position: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) } }
    let offset = try #require(stride(from: 0, to: place, by: 4).first { word($0) == place - 4 - $0 })
    // Stored again behind the file, at 4 bytes after a multiple of 8.
    while (bytes.count + 4) % 8 != 4 { bytes.append(0) }
    let copy = bytes.count
    bytes += [1, 0, 0, 0] + number
    for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: (copy - offset) >> (8 * byte)) }
    let read = try Model(bytes: Bytes(bytes))
    #expect(read.subgraphs[0].tensors[0].quantization?.zeroPoint == [point])
  }

  @Test(
    "Files that are not models are refused",
    arguments: [
      [], [1, 2, 3], [0, 0, 0, 0, 0, 0, 0], Array("TFL3TFL".utf8), Array("\u{89}PNG and more than eight bytes".utf8),
      [UInt8](repeating: 0xFF, count: 100),
    ])
  func refusesOtherFiles(bytes: [UInt8]) throws {
    #expect(error(of: bytes)?.code == .notAModel)
  }

  @Test("A file with nothing but the identifier is refused")
  func refusesBareIdentifier() {
    for root in [UInt8](0...40) + [0x80, 0xFF] {
      let bytes = [root, 0, 0, 0] + Array("TFL3".utf8) + [UInt8](repeating: 0, count: 24)
      #expect(error(of: bytes) != nil)
    }
  }

  @Test("A truncated model is refused, or read and written")
  func survivesTruncation() throws {
    let bytes = try SampleModel.model.serialized().bytes()
    for count in bytes.indices { try checkRoundTrip(Array(bytes.prefix(count))) }
    #expect(error(of: Array(bytes.prefix(bytes.count / 2))) != nil)
  }

  @Test("A model with any one byte changed is refused, or read and written", arguments: [0x00, 0x7F, 0xFF])
  func survivesSingleBytes(value: UInt8) throws {
    let bytes = try SampleModel.model.serialized().bytes()
    for index in bytes.indices where bytes[index] != value {
      var changed = bytes
      changed[index] = value
      try checkRoundTrip(changed)
    }
  }

  @Test("A model damaged in several places is refused, or read and written", arguments: 0..<6)
  func survivesMutation(seed: Int) throws {
    var generator = SeededGenerator(seed: seed)
    let bytes = try SampleModel.model.serialized().bytes()
    for _ in 0..<1000 {
      var changed = bytes
      Mutation.mutate(&changed, using: &generator)
      try checkRoundTrip(changed)
    }
  }

  @Test(
    "A damaged real model is refused, or read and written")
  func survivesMutationOfRealModels() throws {
    var generator = SeededGenerator(seed: 99)
    let small = Array(try Data(contentsOf: Material.model("model_invoking_error")))
    for count in small.indices { try checkRoundTrip(Array(small.prefix(count))) }
    for _ in 0..<3000 {
      var changed = small
      Mutation.mutate(&changed, using: &generator)
      try checkRoundTrip(changed)
    }
    // The tables of this model are its last 30 kilobytes; the weights come before them.
    let large = Array(try Data(contentsOf: Material.model("mobilenet_v1_0.25_128_quant")))
    for _ in 0..<200 {
      var tables = Array(large.suffix(30_000))
      Mutation.mutate(&tables, using: &generator)
      try checkRoundTrip(large.dropLast(30_000) + tables)
    }
  }

  @Test("A length beyond the end of the file is reported with its field")
  func namesClaimedLength() throws {
    var model = SampleModel.model
    model.subgraphs[0].tensors[1].shape = [0x0102_0304, 5]
    var bytes = try model.serialized().bytes()
    let shape = try #require(bytes.firstRange(of: [2, 0, 0, 0, 4, 3, 2, 1]))
    bytes.replaceSubrange(shape.prefix(4), with: [0xFF, 0xFF, 0xFF, 0x7F])
    let refusal = try #require(error(of: bytes))
    #expect(refusal.code == .malformed)
    #expect(refusal.field == "subgraphs[0].tensors[1].shape")
    #expect(refusal.reason?.contains("2147483647 elements") == true)
  }

  @Test("Another version of the schema is refused")
  func refusesOtherVersions() throws {
    var model = Model()
    model.version = 2
    let bytes = try SerializedModel(FlatBufferWriter.file(of: model.node, identifier: "TFL3")).bytes()
    #expect(error(of: bytes) == .unsupportedVersion(2))
    #expect(throws: TFLiteError.unsupportedVersion(2)) { try model.serialized() }
  }
}
