import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Quantisation of models with the imprinting layout")
struct QuantizedTailTests {
  private static let labels = ["one", "two", "three"]

  private static func float() throws -> Model {
    try CoralCheckpoint(CoralVariables().weights(), labels: labels).network.floatModel()
  }

  private static func quantized(_ input: ByteType, _ output: ByteType) throws -> Model {
    let quantization = try Quantization(of: float())
    let ranges = quantization.activations.map { ($0.name, ActivationRanges.Range(lower: -2, upper: 6)) }
    return try quantization.model(
      ranges: ActivationRanges(
        model: quantization.fingerprint, pictures: 1, ranges: Dictionary(uniqueKeysWithValues: ranges)),
      input: input, output: output)
  }

  @Test("Stays in the layout, whatever the types of input and output", arguments: ByteType.allCases, ByteType.allCases)
  func layout(input: ByteType, output: ByteType) throws {
    let model = try Self.quantized(input, output)
    try model.checkRunnable()
    let tail = try ImprintingTail(of: model)
    #expect((tail.conversion != nil) == (output == .uint8))
    #expect(tail.classCount == 3 && abs(tail.scale - 12.5) < 0.05)
    // One scale, which also covers the elements of rows imprinted later.
    guard case .int8(let scale, 0) = tail.rowEncoding else {
      Issue.record("the rows are \(tail.rowEncoding)")
      return
    }
    #expect(scale * 127 >= 0.4999)
    let source = try Self.float()
    let expected = try ImprintingTail(of: source)
    let rows = source.rows(of: expected).flatMap { $0.withUnsafeBytes { expected.rowEncoding.values($0) } }
    let stored = model.rows(of: tail).flatMap { $0.withUnsafeBytes { tail.rowEncoding.values($0) } }
    #expect(rows.count == stored.count && zip(rows, stored).allSatisfy { abs($0 - $1) <= 1.01 * scale })
  }

  @Test("New rows change the number of scores, before and after the QUANTIZE", arguments: ByteType.allCases)
  func rows(output: ByteType) throws {
    let model = try Self.quantized(.uint8, output)
    let tail = try ImprintingTail(of: model)
    let count = 5
    let kernel = Bytes(Array(repeating: UInt8(9), count: count * tail.dimension))
    let changed = try model.replacingRows(
      of: tail, kernel: kernel, biases: Bytes(Array(repeating: 0, count: 4 * count)), classCount: count)
    try changed.checkRunnable()
    #expect(try ImprintingTail(of: changed).classCount == count)
    let (_, scores) = try changed.onlyInputAndOutput()
    #expect(changed.subgraphs[0].tensor(scores)?.shape == [1, Int32(count)])
  }

  @Test("The packed labels move up behind the smaller model")
  func size() throws {
    let float = try Self.float()
    let model = try Self.quantized(.uint8, .uint8)
    #expect(try model.serialized().count < float.serialized().count / 2)
    let read = try Model(bytes: Bytes(model.serialized().bytes()))
    #expect(read.labelFile?.text == "one\ntwo\nthree\n")
  }

  @Test("Can be adapted in every form", arguments: ByteType.allCases)
  func adapted(output: ByteType) throws {
    let adaptation = try Adaptation(of: Self.quantized(.uint8, output))
    #expect(adaptation.head?.classCount == 3)
    #expect(try ImprintingTail(of: adaptation.model()).classCount == 3)
  }
}
