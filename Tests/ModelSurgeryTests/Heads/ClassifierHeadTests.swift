import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Classifier heads")
struct ClassifierHeadTests {
  @Test(
    "The head of a real model is found, with its size and the range of its logits",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    arguments: [
      ("mobilenet_v1_1.0_224_quant", "CONV_2D", 1024, 1001, 31.4),
      ("mobilenet_v2_1.0_224_quant", "CONV_2D", 1280, 1001, 19.5),
      ("mobilenet_v1_0.25_128_quant", "CONV_2D", 256, 1001, 20.8),
      ("mobilenet_v2_1.0_224_inat_insect_quant", "FULLY_CONNECTED", 1280, 1022, 14.6),
    ])
  func found(model: String, name: String, dimension: Int, classes: Int, greatest: Float) throws {
    let head = try #require(try ClassifierHead.find(in: Model(contentsOf: Material.model(model))))
    #expect(head.name == name)
    #expect(head.dimension == dimension)
    #expect(head.classCount == classes)
    #expect(head.weights.count == dimension * classes)
    #expect(head.biases.count == classes)
    #expect(head.hasSoftmax)
    #expect(abs(try #require(head.logitRange).upperBound - greatest) < 0.05)
  }

  @Test("An extractor has no head")
  func extractor() throws {
    let model = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    #expect(try ClassifierHead.find(in: model) == nil)
    var small = SmallClassifier(beta: nil)
    small.activation = .relu6
    #expect(try ClassifierHead.find(in: small.model) == nil)
  }

  @Test("Weights and biases are those of the file, multiplied by the softmax's factor", arguments: [false, true])
  func numbers(isConvolution: Bool) throws {
    let small = SmallClassifier(isConvolution: isConvolution, beta: 2, shapes: [.reshape, .squeeze], ends: [.reshape])
    let head = try #require(try ClassifierHead.find(in: small.model))
    let weights: [Float] = small.rows.flatMap { (row: [Float]) -> [Float] in row.map { 2 * $0 } }
    #expect(head.weights == weights)
    #expect(head.biases == [1, -1, 0, 4])
    #expect(head.logitRange == nil)
  }

  @Test("A head may lack a bias and a softmax")
  func bare() throws {
    var model = SmallClassifier(beta: nil).model
    model.subgraphs[0].operators[1].inputs.removeLast()
    let head = try #require(try ClassifierHead.find(in: model))
    #expect(head.biases == [0, 0, 0, 0])
    #expect(!head.hasSoftmax)
  }

  @Test("Reads int8 weights with a scale for each row")
  func perChannel() throws {
    var model = SmallClassifier().model
    let index = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == "weights" })
    model.subgraphs[0].tensors[index].type = .int8
    model.subgraphs[0].tensors[index].quantization = QuantizationParameters(
      scale: [1, 0.5, 0.25, 2], zeroPoint: [0, 0, 0, 0])
    let stored: [Int8] = [1, 2, 3, -4, 5, 6, 7, 8, -128, 127, 0, 1]
    model.buffers[Int(model.subgraphs[0].tensors[index].buffer)] = Buffer(Bytes(stored.map(UInt8.init(bitPattern:))))
    let head = try #require(try ClassifierHead.find(in: model))
    #expect(head.weights == [1, 2, 3, -2, 2.5, 3, 1.75, 2, -32, 254, 0, 2])

    model.subgraphs[0].tensors[index].quantization?.quantizedDimension = 1
    let error = #expect(throws: SurgeryError.self) { try ClassifierHead.find(in: model) }
    #expect("\(try #require(error))".contains("instead of one for each of its 4 rows"))
  }

  @Test("Reads 16-bit float weights behind a DEQUANTIZE")
  func halves() throws {
    var model = SmallClassifier().model
    let index = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == "weights" })
    var stored = model.subgraphs[0].tensors[index]
    stored.type = .float16
    // 1, -2, the greatest, the least normal, the greatest and the least subnormal, zeros and a third.
    let bits: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0400, 0x03FF, 0x0001, 0x0000, 0x8000, 0x3555, 0, 0, 0]
    let values: [Float] = [1, -2, 65504, 0x1p-14, 1023 * 0x1p-24, 0x1p-24, 0, 0, 0.333251953125, 0, 0, 0]
    model.buffers[Int(stored.buffer)] = Buffer(Bytes(bits.map(\.littleEndian).withUnsafeBytes { Array($0) }))
    model.subgraphs[0].tensors.append(stored)
    model.subgraphs[0].tensors[index].buffer = 0
    model.operatorCodes.append(OperatorCode(.dequantize))
    model.subgraphs[0].operators.insert(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [Int32(model.subgraphs[0].tensors.count - 1)],
        outputs: [Int32(index)]), at: 0)
    #expect(try #require(try ClassifierHead.find(in: model)).weights == values)
  }

  private func refusal(_ model: Model) throws -> String {
    let error = #expect(throws: SurgeryError.self) { try Adaptation(of: model) }
    return error.map { "\($0)" } ?? ""
  }

  @Test("A model without a usable head is refused, and the error says what it has instead")
  func refused() throws {
    #expect(try refusal(SmallClassifier(beta: nil, ends: [.logistic]).model).contains("it ends in LOGISTIC"))
    #expect(try refusal(SmallClassifier(beta: nil, ends: [.argMax]).model).contains("it ends in ARG_MAX"))
    #expect(try refusal(SmallClassifier(ends: [.softmax]).model).contains("two softmaxes"))
    #expect(try refusal(SmallClassifier(beta: -1).model).contains("the factor -1.0"))
    #expect(try refusal(SmallClassifier(activation: .relu).model).contains("its SOFTMAX follows FULLY_CONNECTED"))
    #expect(try refusal(SmallClassifier(shapes: [.abs]).model).contains("its SOFTMAX follows ABS"))
    #expect(try refusal(Model()).contains("0 inputs and 0 outputs"))

    var outputs = SmallClassifier().model
    outputs.subgraphs[0].outputs.append(1)
    #expect(try refusal(outputs).contains("1 input and 2 outputs"))

    var map = SmallClassifier().model
    map.subgraphs[0].outputs = [0]
    #expect(try refusal(map).contains("[1, 4, 4, 3], where a single vector is needed"))

    var custom = SmallClassifier(beta: nil, ends: [.abs]).model
    custom.operatorCodes[custom.operatorCodes.count - 1] = OperatorCode(custom: "TFLite_Detection_PostProcess")
    #expect(try refusal(custom).contains("the custom operator TFLite_Detection_PostProcess"))

    var headOnly = SmallClassifier().model
    headOnly.subgraphs[0].operators.removeFirst()
    headOnly.subgraphs[0].inputs = [1]
    #expect(try refusal(headOnly).contains("a head without the network before it"))

    var circle = SmallClassifier(beta: nil, shapes: [.reshape, .reshape]).model
    circle.subgraphs[0].operators[2].inputs = circle.subgraphs[0].operators[3].outputs
    #expect(try refusal(circle).contains("form a cycle"))

    var notANumber = SmallClassifier()
    notANumber.rows[1][1] = .nan
    #expect(try refusal(notANumber.model).contains("\"weights\""))

    var computed = SmallClassifier().model
    computed.subgraphs[0].operators[1].inputs[1] = 1
    #expect(try refusal(computed).contains("FULLY_CONNECTED"))

    let adapted = try Adaptation(of: SmallClassifier().model).model()
    #expect(try refusal(adapted).contains("has the imprinting tail already"))
  }

  @Test("A constant whose size does not match its shape is refused, and the error names it")
  func short() throws {
    var model = SmallClassifier().model
    let weights = try #require(model.subgraphs[0].tensors.first { $0.name == "weights" })
    model.buffers[Int(weights.buffer)] = Buffer([1, 2, 3])
    #expect(try refusal(model).contains("the constant \"weights\" holds 3 bytes"))
  }
}
