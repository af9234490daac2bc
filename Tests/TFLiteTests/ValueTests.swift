import Testing

@testable import TFLite

@Suite("Bytes, texts and enumerations")
struct ValueTests {
  @Test("Slices share the storage, and are nil beyond the end")
  func slices() throws {
    let bytes: Bytes = [1, 2, 3, 4, 5]
    let slice = try #require(bytes.slice(1..<4))
    #expect(Array(slice) == [2, 3, 4])
    #expect(slice.storage === bytes.storage)
    #expect(slice[0] == 2)
    #expect(Array(try #require(slice.slice(2..<3))) == [4])
    #expect(slice.slice(2..<4) == nil)
    #expect(bytes.slice(-1..<1) == nil)
    #expect(bytes.slice(5..<5)?.isEmpty == true)
  }

  @Test("Bytes with the same content are equal and have the same hash")
  func equality() {
    let (one, other) = (Bytes(Array(0...200)), Bytes([9] + Array(0...200)))
    #expect(other.slice(1..<202) == one)
    #expect(other.slice(1..<202)?.hashValue == one.hashValue)
    #expect(other.slice(0..<201) != one)
    #expect(Bytes() == [])
  }

  @Test("A text keeps invalid UTF-8, and still converts to a string")
  func texts() {
    let text = Text(bytes: [0x61, 0xFF, 0x62])
    #expect(text.string == "a\u{FFFD}b")
    #expect(Array(text.bytes) == [0x61, 0xFF, 0x62])
    #expect(Text("größer") == "größer")
    #expect(Text("e\u{301}") != "é")
  }

  @Test("Operators and types have the schema's names")
  func names() {
    #expect(BuiltinOperator.conv2D.name == "CONV_2D")
    #expect(BuiltinOperator(name: "STABLEHLO_CASE") == .stablehloCase)
    #expect(BuiltinOperator(name: "NO_SUCH") == nil)
    #expect(BuiltinOperator(rawValue: 231).name == "UNKNOWN(231)")
    #expect(BuiltinOperator(rawValue: -1).knownName == nil)
    #expect("\(TensorType.float8E5M2)" == "FLOAT8_E5M2")
  }

  @Test("The byte count of a tensor follows its type's width, without overflow")
  func tensorSizes() {
    #expect(Tensor(shape: [2, 3, 5], type: .float32).byteCount == 120)
    #expect(Tensor(shape: [3], type: .int4).byteCount == 2)
    #expect(Tensor(shape: [5], type: .int2).byteCount == 2)
    #expect(Tensor(shape: [], type: .complex128).byteCount == 16)
    #expect(Tensor(shape: [0, 7], type: .int8).byteCount == 0)
    #expect(Tensor(shape: [1, -1], type: .int8).elementCount == nil)
    #expect(Tensor(shape: [.max, .max, .max], type: .int8).elementCount == nil)
    #expect(Tensor(shape: [.max, .max], type: .float64).byteCount == nil)
    #expect(Tensor(shape: [4], type: .string).byteCount == nil)
    #expect(TensorType(rawValue: 99).bitWidth == nil)
  }

  @Test("An operator's code is the greater of its two stored numbers; setting it sets both, for old readers")
  func operatorCodes() {
    var code = OperatorCode(.conv2D)
    #expect((code.deprecatedBuiltinCode, code.storedBuiltinCode) == (3, 3))
    code.builtinCode = .stablehloCase
    #expect((code.deprecatedBuiltinCode, code.storedBuiltinCode) == (127, 209))
    code.storedBuiltinCode = 0
    code.deprecatedBuiltinCode = 25
    #expect(code.builtinCode == .softmax)
  }

  @Test("An empty vector differs from an absent one")
  func emptyVectors() throws {
    var model = Model()
    model.buffers = [Buffer(), Buffer([])]
    model.subgraphs = [SubGraph(), SubGraph()]
    model.subgraphs[0].storedEmpty = FieldSet(slot: SubGraph.Fields.inputs.slot)
    let read = try Model(bytes: Bytes(model.serialized().bytes()))
    #expect(read == model)
    #expect(read.subgraphs[0] != read.subgraphs[1])
    #expect(read.buffers[0].data == nil)
    #expect(read.buffers[1].data?.isEmpty == true)
  }
}
