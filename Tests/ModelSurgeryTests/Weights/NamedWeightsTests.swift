import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Reading weights")
struct NamedWeightsTests {
  /// A tensor of two rows and three columns in column-major order, and one of two elements from its middle.
  private static let state = PickleWriter.state { writer in
    writer.text("kernel")
    writer.tensor("FloatStorage", key: "7", count: 6, shape: [2, 3], strides: [1, 2])
    writer.text("part")
    writer.tensor("FloatStorage", key: "7", count: 6, offset: 2, shape: [2], strides: [1])
    writer.text("steps")
    writer.tensor("LongStorage", key: "9", count: 1, shape: [], strides: [])
  }
  private static let storages: [(key: String, count: Int, data: [UInt8])] = [
    ("7", 6, little([1, 4, 2, 5, 3, 6])), ("9", 1, little(Int64(-40))),
  ]

  @Test("Reads both PyTorch layouts, with strides", arguments: [false, true])
  func layouts(isZipped: Bool) throws {
    let file = isZipped ? StateFile.zipped(Self.state, Self.storages) : StateFile.older(Self.state, Self.storages)
    let weights = try NamedWeights(bytes: Bytes(file))
    #expect(weights.names == ["kernel", "part", "steps"])
    #expect(weights["kernel"]?.shape == [2, 3])
    #expect(weights["kernel"]?.elements == [1, 2, 3, 4, 5, 6])
    #expect(weights["part"]?.elements == [2, 5])
    #expect(weights["steps"]?.shape == [])
    #expect(weights["steps"]?.elements == [-40])
    #expect(weights["missing"] == nil)
  }

  @Test("Reads the state in a checkpoint, with attributes")
  func checkpoint() throws {
    var writer = PickleWriter()
    writer.raw(0x7D, 0x28)
    writer.text("epoch")
    writer.integer(3)
    writer.text("state_dict")
    writer.raw(0x7D, 0x28)
    writer.text("w")
    writer.tensor("FloatStorage", key: "0", count: 1, shape: [1], strides: [1])
    writer.raw(0x75, 0x7D)
    writer.text("_metadata")
    writer.raw(0x7D, 0x73, 0x62, 0x75)
    writer.stop()
    let weights = try NamedWeights(bytes: Bytes(StateFile.zipped(writer.bytes, [("0", 1, little([5]))])))
    #expect(weights.names == ["w"])
  }

  @Test(
    "Reads elements of every type",
    arguments: [
      (
        "HalfStorage", "F16", [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0x7C] as [UInt8],
        [1, -2, 5.960_464_5e-8, 65504, .infinity] as [Float]
      ),
      ("BFloat16Storage", "BF16", [0x80, 0x3F, 0x20, 0xC1], [1, -10]),
      ("DoubleStorage", "F64", little((0.1).bitPattern) + little((-3.0).bitPattern), [0.1, -3]),
      ("LongStorage", "I64", little(Int64.max) + little(Int64(-1)), [9.223_372e18, -1]),
      ("FloatStorage", "F32", little([1.5, -0.25]), [1.5, -0.25]),
    ])
  func types(storage: String, dtype: String, data: [UInt8], values: [Float]) throws {
    let count = Int32(values.count)
    let state = PickleWriter.state { writer in
      writer.text("w")
      writer.tensor(storage, key: "0", count: count, shape: [count], strides: [1])
    }
    let zipped = try NamedWeights(bytes: Bytes(StateFile.zipped(state, [("0", values.count, data)])))
    #expect(zipped["w"]?.elements == values)
    let header =
      #"{"__metadata__":{"format":"pt"},"w":"#
      + #"{"dtype":"\#(dtype)","shape":[\#(count)],"data_offsets":[0,\#(data.count)]}}"#
    let safe = try NamedWeights(bytes: Bytes(StateFile.safetensors(header, data)))
    #expect(safe["w"]?.elements == values)
  }

  @Test("16-bit NaN stays NaN")
  func halfNaN() throws {
    let header = #"{"w":{"dtype":"F16","shape":[],"data_offsets":[0,2]}}"#
    let weights = try NamedWeights(bytes: Bytes(StateFile.safetensors(header, [0x01, 0x7E])))
    #expect(weights["w"]?.elements.first?.isNaN == true)
  }

  @Test("Reads safetensors in the order of their data, also empty tensors")
  func safetensors() throws {
    let header = """
      {"b":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},\
      "none":{"dtype":"F32","shape":[3,0],"data_offsets":[12,12]}}
      """
    let weights = try NamedWeights(bytes: Bytes(StateFile.safetensors(header, little([7, 8, 9]))))
    #expect(weights.names == ["a", "b", "none"])
    #expect(weights["a"]?.elements == [7])
    #expect(weights["b"]?.elements == [8, 9])
    #expect(weights["b"]?.shape == [1, 2])
    #expect(weights["none"]?.elements == [])
  }

  @Test("Missing and empty files are refused")
  func files() throws {
    let folder = try TemporaryFolder()
    let missing = folder.appending("missing.pth")
    let error = #expect(throws: WeightsError.self) { try NamedWeights(contentsOf: missing) }
    #expect(error.map { "\($0)".contains("missing.pth cannot be read") } == true)
    let empty = folder.appending("empty.pth")
    try Data().write(to: empty)
    #expect(throws: WeightsError.notWeights(because: "it is empty")) { try NamedWeights(contentsOf: empty) }
  }

  @Test("The number of elements must match the shape")
  func tensors() throws {
    #expect(WeightTensor(shape: [2, 2], [1, 2, 3]) == nil)
    #expect(WeightTensor(shape: [-1], []) == nil)
    #expect(WeightTensor(shape: [.max, .max], []) == nil)
    #expect(WeightTensor(shape: [1], data: [0, 0, 0]) == nil)
    let tensor = try #require(WeightTensor(shape: [2], [1, -2]))
    #expect(tensor.elements == [1, -2])
    #expect(tensor.count == 2)
  }
}

@Suite("Writing safetensors")
struct SafetensorsTests {
  private func weights() throws -> NamedWeights {
    NamedWeights([
      ("z/first", try #require(WeightTensor(shape: [2, 3], [1, -2, .infinity, 4, 5, 6]))),
      ("none", try #require(WeightTensor(shape: [0, 4], []))),
      ("a.\"quoted\\\u{1}\n ü😀", try #require(WeightTensor(shape: [], [-0.5]))),
    ])
  }

  private func bytes(_ pieces: [Bytes]) -> Bytes { Bytes(pieces.flatMap { Array($0) }) }

  @Test("Written weights read back with their order, shapes, values, names and metadata")
  func roundTrip() throws {
    let weights = try weights()
    let metadata = ["epoch": "12", "a\"b\\": "line\nline\u{0}", "": "ünï"]
    let file = bytes(try weights.safetensors(metadata: metadata))
    let read = try NamedWeights(bytes: file)
    #expect(read.metadata == metadata)
    #expect(read.names == ["z/first", "none", "a.\"quoted\\\u{1}\n ü😀"])
    for name in weights.names { #expect(read[name] == weights[name]) }
    #expect(bytes(try read.safetensors(metadata: read.metadata)) == file)
  }

  @Test("The header is sorted, and the data begins at a multiple of 8 bytes")
  func layout() throws {
    let one = try #require(WeightTensor(shape: [1], [1]))
    for length in 1...9 {
      let name = String(repeating: "n", count: length)
      let pieces = try NamedWeights([("z", one), (name, one)]).safetensors(metadata: ["k": "v"])
      #expect(pieces[0].count.isMultiple(of: 8))
      let text = String(decoding: pieces[0].dropFirst(8), as: UTF8.self)
      #expect(
        text.trimmingCharacters(in: .whitespaces)
          == #"{"__metadata__":{"k":"v"},"\#(name)":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"#
          + #""z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#)
    }
  }

  @Test("The header has no entry for missing metadata; the reserved name is refused")
  func names() throws {
    let one = try #require(WeightTensor(shape: [1], [1]))
    let plain = try NamedWeights([("w", one)]).safetensors(metadata: [:])
    #expect(!String(decoding: plain[0].dropFirst(8), as: UTF8.self).contains("__metadata__"))
    #expect(try NamedWeights(bytes: bytes(plain)).metadata.isEmpty)
    #expect(throws: WeightsError.badTensor("__metadata__", because: "the layout reserves this name")) {
      try NamedWeights([("__metadata__", one)]).safetensors(metadata: [:])
    }
  }

  @Test("Metadata that are not strings are refused")
  func badMetadata() {
    for value in ["1", #"{"a":1}"#, #"{"a":{}}"#, "[]", "null"] {
      let header = #"{"__metadata__":\#(value),"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
      let file = StateFile.safetensors(header, [0, 0, 0, 0])
      #expect(throws: WeightsError.self) { try NamedWeights(bytes: Bytes(file)) }
    }
  }
}
