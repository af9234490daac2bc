import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Damaged and hostile weights")
struct HostileWeightsTests {
  private static let state = PickleWriter.state { writer in
    writer.text("kernel")
    writer.tensor("FloatStorage", key: "7", count: 6, shape: [2, 3], strides: [1, 2])
    writer.text("half")
    writer.tensor("HalfStorage", key: "8", count: 2, shape: [1, 2], strides: [2, 1])
  }
  private static let storages: [(key: String, count: Int, data: [UInt8])] = [
    ("7", 6, little([1, 4, 2, 5, 3, 6])), ("8", 2, [0, 0x3C, 0, 0x40]),
  ]
  private static let files = [
    StateFile.older(state, storages), StateFile.zipped(state, storages),
    StateFile.safetensors(
      #"{"a":{"dtype":"F32","shape":[1,3],"data_offsets":[0,12]},"#
        + #""b":{"dtype":"BF16","shape":[2],"data_offsets":[12,16]}}"#,
      little([7, 8, 9]) + [0, 0, 0, 0]),
  ]

  private func refusal(_ bytes: [UInt8]) -> String {
    let error = #expect(throws: WeightsError.self) { try NamedWeights(bytes: Bytes(bytes)) }
    return error.map { "\($0)" } ?? ""
  }

  /// Returns the error for a pickle in the zipped or the older layout.
  private func refusal(of state: [UInt8], _ storages: [(key: String, count: Int, data: [UInt8])] = []) -> String {
    let message = refusal(StateFile.zipped(state, storages))
    #expect(refusal(StateFile.older(state, storages)) != "")
    return message
  }

  private func pickle(_ write: (inout PickleWriter) -> Void) -> [UInt8] {
    var writer = PickleWriter()
    write(&writer)
    writer.stop()
    return writer.bytes
  }

  @Test("A pickle that asks for a function or class is refused, and the error names it")
  func globals() {
    let call = pickle { writer in
      writer.global("os", "system")
      writer.mark()
      writer.text("true")
      writer.call()
    }
    #expect(refusal(of: call).contains("asks for os.system"))
    let stackGlobal = pickle { writer in
      writer.text("builtins")
      writer.text("eval")
      writer.raw(0x93)
    }
    #expect(refusal(of: stackGlobal).contains("builtins.eval"))
    let other = pickle { $0.tensor("IntStorage", key: "0", count: 1, shape: [1], strides: [1]) }
    #expect(refusal(of: other).contains("torch.IntStorage"))
  }

  @Test(
    "An opcode that weights do not need is refused, and the error names it",
    arguments: [
      (0x69, "INST"), (0x6F, "OBJ"), (0x81, "NEWOBJ"), (0x92, "NEWOBJ_EX"), (0x82, "EXT1"), (0x50, "PERSID"),
      (0x32, "DUP"), (0x97, "NEXT_BUFFER"), (0xFF, "number 255"),
    ] as [(UInt8, String)])
  func opcodes(opcode: UInt8, name: String) {
    #expect(refusal(of: pickle { $0.raw(opcode) }).contains("the opcode \(name) at byte 2"))
  }

  @Test("Every opcode on an empty stack or at the end of the file is refused")
  func everyOpcode() {
    for opcode in UInt8.min...UInt8.max {
      _ = refusal(of: pickle { $0.raw(opcode) })
      _ = refusal(of: [0x80, 2, opcode])
      _ = refusal(of: pickle { $0.raw(0x28, opcode) })
      _ = refusal(of: pickle { $0.raw(0x4E, 0x28, opcode, 0x4E, opcode) })
    }
  }

  @Test("Calls need a function and matching arguments")
  func calls() {
    #expect(refusal(of: pickle { $0.raw(0x4E, 0x29, 0x52) }).contains("it calls None"))
    #expect(refusal(of: pickle { $0.raw(0x29, 0x29, 0x62) }).contains("attributes to a tuple"))
    let wrong = pickle { writer in
      writer.global("torch._utils", "_rebuild_tensor_v2")
      writer.tuple([1, 2, 3, 4, 5, 6])
      writer.raw(0x52)
    }
    #expect(refusal(of: wrong).contains("makes a tensor from arguments other than"))
    let storage = pickle { writer in
      writer.global("torch", "FloatStorage")
      writer.raw(0x29, 0x52)
    }
    #expect(refusal(of: storage).contains("it calls a torch storage class"))
  }

  @Test("Anything but a dictionary of named tensors is refused")
  func contents() {
    #expect(refusal(of: pickle { $0.integer(3) }).contains("holds an int"))
    #expect(
      refusal(
        of: PickleWriter.state {
          $0.text("epoch"); $0.integer(3)
        }
      ).contains(#""epoch" cannot be read"#))
    #expect(
      refusal(
        of: PickleWriter.state {
          $0.integer(1); $0.integer(3)
        }
      ).contains("not names but an int"))
    let twice = PickleWriter.state { writer in
      for _ in 0..<2 {
        writer.text("w")
        writer.tensor("FloatStorage", key: "0", count: 1, shape: [1], strides: [1])
      }
    }
    #expect(refusal(of: twice, [("0", 1, little([1]))]).contains("two of that name"))
  }

  @Test("Deeply nested and self-referential lists are refused")
  func nesting() {
    let deep = pickle { writer in
      writer.raw(0x29)
      for _ in 0..<200_000 { writer.raw(0x85) }
    }
    #expect(refusal(of: deep).contains("holds a tuple"))
    let circle = pickle { $0.raw(0x5D, 0x71, 0, 0x68, 0, 0x61) }
    #expect(refusal(of: circle).contains("holds a list"))
  }

  @Test("Pickles with too many steps or too long strings are refused")
  func endless() {
    let steps = pickle { writer in
      for _ in 0..<(1 << 18) { writer.raw(0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E) }
    }
    #expect(refusal(of: steps).contains("steps"))
    #expect(refusal(of: pickle { $0.text(String(repeating: "a", count: 5000)) }).contains("a text of 5000 bytes"))
    #expect(refusal(of: [0x80, 2, 0x8D] + little(UInt64.max)).contains("ends in the middle"))
    #expect(refusal(of: pickle { $0.raw(0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1) }).contains("an int of 9 bytes"))
  }

  @Test(
    "A view that exceeds its storage or is invalid is refused, and the error names the tensor",
    arguments: [
      ([2, 3], [3, 2], 0), ([7], [1], 0), ([6], [1], 1), ([2], [.max], 0), ([.max, .max, .max], [1, 1, 1], 0),
      ([-1], [1], 0), ([1], [-1], 0), ([2], [1, 1], 0), ([1], [1], -1), ([0], [1], 7),
      ([.max, 0, .max], [0, 0, 0], 9),
    ] as [([Int32], [Int32], Int32)])
  func windows(shape: [Int32], strides: [Int32], offset: Int32) {
    let state = PickleWriter.state { writer in
      writer.text("w")
      writer.tensor("FloatStorage", key: "0", count: 6, offset: offset, shape: shape, strides: strides)
    }
    #expect(refusal(of: state, [("0", 6, little([1, 2, 3, 4, 5, 6]))]).contains(#"the tensor "w""#))
  }

  @Test("The stride of a dimension of size 1 may be any number")
  func unusedStride() throws {
    let state = PickleWriter.state { writer in
      writer.text("w")
      writer.tensor("FloatStorage", key: "0", count: 4, shape: [1, 2, 1, 2], strides: [.max, 1, .max, 2])
    }
    let file = StateFile.older(state, [("0", 4, little([1, 2, 3, 4]))])
    #expect(try NamedWeights(bytes: Bytes(file))["w"]?.elements == [1, 3, 2, 4])
  }

  @Test("Tensors that expand a small file are refused")
  func amplification() {
    let one = PickleWriter.state { writer in
      writer.text("w")
      writer.tensor("FloatStorage", key: "0", count: 1, shape: [.max, 4], strides: [0, 0])
    }
    #expect(refusal(of: one, [("0", 1, little([1]))]).contains("out of proportion"))
    let data = [Float](repeating: 1, count: 1000)
    let many = PickleWriter.state { writer in
      for number in 0..<100 {
        writer.text("w\(number)")
        writer.tensor("FloatStorage", key: "0", count: 1000, shape: [10, 100], strides: [1, 10])
      }
    }
    #expect(refusal(of: many, [("0", 1000, little(data))]).contains("repeatedly"))
  }

  @Test("Storages that are missing, of another size or of two types are refused")
  func storages() {
    let state = PickleWriter.state { writer in
      writer.text("w")
      writer.tensor("FloatStorage", key: "0", count: 2, shape: [2], strides: [1])
    }
    #expect(refusal(of: state).contains("is not in the file"))
    #expect(refusal(of: state, [("0", 2, little([1]))]).contains(#""w""#))
    let two = PickleWriter.state { writer in
      writer.text("w")
      writer.tensor("FloatStorage", key: "0", count: 2, shape: [2], strides: [1])
      writer.text("v")
      writer.tensor("DoubleStorage", key: "0", count: 1, shape: [1], strides: [1])
    }
    #expect(refusal(of: two, [("0", 2, little([1, 2]))]).contains(#""v""#))
  }

  @Test("Archives that are compressed, hold the wrong files or duplicate names are refused")
  func archives() {
    #expect(refusal(StateFile.zip([("net/data.pkl", Self.state)], method: 8)).contains("compressed"))
    #expect(refusal(StateFile.zip([("net/readme", [])])).contains("0 files data.pkl"))
    #expect(refusal(StateFile.zip([("a/data.pkl", []), ("b/data.pkl", [])])).contains("2 files data.pkl"))
    #expect(refusal(StateFile.zip([("a/data.pkl", []), ("a/data.pkl", [])])).contains("two of that name"))
    let big = StateFile.zip([("net/data.pkl", Self.state), ("net/byteorder", Array("big".utf8))])
    #expect(refusal(big).contains("big-endian"))
  }

  @Test("Inconsistent safetensors headers are refused")
  func headers() {
    let cases = [
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
      #"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
      #"{"w":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#,
      #"{"w":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,4]}}"#,
      #"{"w":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}}"#,
    ]
    for header in cases { #expect(refusal(StateFile.safetensors(header, [0, 0, 0, 0])).contains(#""w""#)) }
    for header in [#"{"w":1}"#, "{", #"{"w":{"dtype":"F32","shape":[1e99],"data_offsets":[0,4]}}"#] {
      #expect(refusal(StateFile.safetensors(header, [0, 0, 0, 0])).contains("at the header"))
    }
    let deep = #"{"w":"# + String(repeating: "[", count: 100_000)
    #expect(refusal(StateFile.safetensors(deep, [])).contains("at the header"))
    #expect(refusal(little(UInt64.max) + Array("{}".utf8)).contains("at the header"))
    #expect(refusal(Array("no weights at all".utf8)).contains("not a file of weights"))
  }

  @Test("Files cut off at any point are refused", arguments: 0..<3)
  func truncations(number: Int) {
    let whole = Self.files[number]
    for length in 0..<whole.count { _ = refusal(Array(whole.prefix(length))) }
  }

  @Test("Files with changed bytes never cause a crash", arguments: 0..<3)
  func mutations(number: Int) throws {
    let whole = Self.files[number]
    _ = try NamedWeights(bytes: Bytes(whole))
    for seed in 0..<3000 {
      var generator = SeededGenerator(seed: seed)
      var changed = whole
      Mutation.mutate(&changed, using: &generator)
      do {
        let weights = try NamedWeights(bytes: Bytes(changed))
        #expect(weights.names.allSatisfy { weights[$0]?.elements.count == weights[$0]?.count })
      } catch {
        #expect("\(error)".count > 20)
      }
    }
  }
}
