import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

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

  @Test("What is written is read again: order, shapes, numbers, names of any letters, metadata")
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

  @Test("Without metadata the header has none; the layout's own name is refused")
  func names() throws {
    let one = try #require(WeightTensor(shape: [1], [1]))
    let plain = try NamedWeights([("w", one)]).safetensors(metadata: [:])
    #expect(!String(decoding: plain[0].dropFirst(8), as: UTF8.self).contains("__metadata__"))
    #expect(try NamedWeights(bytes: bytes(plain)).metadata.isEmpty)
    #expect(throws: WeightsError.badTensor("__metadata__", because: "the layout keeps this name for itself")) {
      try NamedWeights([("__metadata__", one)]).safetensors(metadata: [:])
    }
  }

  @Test("Metadata that are no texts are refused")
  func badMetadata() {
    for value in ["1", #"{"a":1}"#, #"{"a":{}}"#, "[]", "null"] {
      let header = #"{"__metadata__":\#(value),"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
      let file = StateFile.safetensors(header, [0, 0, 0, 0])
      #expect(throws: WeightsError.self) { try NamedWeights(bytes: Bytes(file)) }
    }
  }
}
