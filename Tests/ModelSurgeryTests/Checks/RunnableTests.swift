import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Runnable models")
struct RunnableTests {
  private func model(_ tensors: [Tensor], buffer: Bytes = []) -> Model {
    var model = Model()
    model.buffers = [Buffer(), Buffer(buffer)]
    var graph = SubGraph()
    graph.tensors = tensors
    model.subgraphs = [graph]
    return model
  }

  @Test(
    "All models of the test material are runnable")
  func material() throws {
    for file in Material.models { try Model(contentsOf: file).checkRunnable() }
  }

  @Test("A constant shorter than its shape is refused")
  func short() {
    let tensor = Tensor(shape: [2, 3], type: .float32, buffer: 1, name: "weights")
    #expect(throws: SurgeryError.badConstant(tensor: "\"weights\"", expected: 24, found: 4)) {
      try model([tensor], buffer: [1, 2, 3, 4]).checkRunnable()
    }
  }

  @Test(
    "A constant with a negative or overflowing shape is refused",
    arguments: [[-1], [.max, .max, .max], [0, -5]] as [[Int32]])
  func senseless(shape: [Int32]) {
    #expect(throws: SurgeryError.self) {
      try model([Tensor(shape: shape, type: .int32, buffer: 1)], buffer: [1]).checkRunnable()
    }
  }

  @Test("Tensors that need terabytes, alone or together, are refused")
  func huge() {
    #expect(throws: SurgeryError.self) {
      try model([Tensor(shape: [1, 1 << 20, 1 << 20, 3], type: .uint8)]).checkRunnable()
    }
    let many = Array(repeating: Tensor(shape: [1 << 27], type: .uint8), count: 9)
    #expect(throws: SurgeryError.self) { try model(many).checkRunnable() }
    #expect(throws: Never.self) { try model(Array(many.prefix(8))).checkRunnable() }
  }
}

@Suite("Runnable operators")
struct RunnableOperatorTests {
  private func refusal(_ change: (inout SubGraph) throws -> Void) throws -> String {
    var model = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    try change(&model.subgraphs[0])
    let error = #expect(throws: SurgeryError.self) { try model.checkRunnable() }
    return error.map { "\($0)" } ?? ""
  }

  @Test("A quantised convolution without a bias, which crashes the runtime, is refused")
  func bias() throws {
    #expect(try refusal { $0.operators[1].inputs.removeLast() }.contains("operator 1, DEPTHWISE_CONV_2D"))
    #expect(try refusal { $0.operators[0].inputs[2] = -1 }.contains("operator 0, CONV_2D"))
  }

  @Test("An operator that writes to a constant, which may be in a read-only file, is refused")
  func constantOutput() throws {
    #expect(try refusal { $0.operators[3].outputs[0] = $0.operators[5].inputs[1] }.contains("which is a constant"))
  }

  @Test("An operator that reads a tensor before it is written is refused")
  func unwritten() throws {
    #expect(try refusal { $0.operators.swapAt(2, 9) }.contains("which no operator writes"))
  }

  @Test("An empty constant, such as the shape of a scalar, is accepted")
  func emptyConstant() throws {
    var model = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    model.subgraphs[0].tensors.append(Tensor(shape: [0], type: .int32))
    model.subgraphs[0].operators[1].inputs.append(Int32(model.subgraphs[0].tensors.count - 1))
    #expect(throws: Never.self) { try model.checkRunnable() }
  }

  @Test("A constant that is a model input is refused")
  func constantInput() throws {
    #expect(try refusal { $0.inputs = [$0.operators[0].inputs[1]] }.contains("an input and a constant"))
  }

  @Test(
    "An operator that would write beyond its output is refused",
    arguments: [BuiltinOperator.reshape, .squeeze, .expandDims, .softmax, .mul])
  func otherType(builtin: BuiltinOperator) throws {
    let message = refusal(of: builtin, .float32, 1, .int8, 1)
    #expect(message?.contains("makes INT8 of FLOAT32") == true, "\(message ?? "none")")
    #expect(refusal(of: builtin, .float32, 1, .float32, 1) == nil)
  }

  @Test(
    "A quantised operator without a valid scale is refused",
    arguments: [nil, 0, -1, 1e-38, 1e38, .infinity, .nan] as [Float?])
  func senselessScale(scale: Float?) throws {
    for builtin in [BuiltinOperator.add, .sub, .mul, .squaredDifference, .quantize, .sqrt, .rsqrt, .log, .exp] {
      for (one, other) in [(scale, 1), (1, scale)] as [(Float?, Float?)] {
        #expect(refusal(of: builtin, .int8, one, .int8, other)?.contains("scale") == true, "\(builtin)")
      }
      #expect(refusal(of: builtin, .int8, 0.25, .int8, 0.5) == nil)
    }
    #expect(refusal(of: .quantize, .float32, nil, .int8, scale) != nil)
    #expect(refusal(of: .reshape, .int8, scale, .int8, scale) == nil)
  }

  @Test("A sum or difference whose output scale is too small, or whose types differ, is refused")
  func steep() throws {
    for builtin in [BuiltinOperator.add, .sub, .squaredDifference] {
      #expect(refusal(of: builtin, .int8, 1, .int8, 0x1p-14)?.contains("too small") == true)
      #expect(refusal(of: builtin, .int8, 1, .int8, 0x1p-11) == nil)
      #expect(refusal(of: builtin, .int8, 1, .uint8, 1)?.contains("INT8 and UINT8 at once") == true)
    }
  }

  @Test(
    "A tensor with another number of zero points than of scales, which the runtime reads past their end, is refused")
  func unequalQuantization() throws {
    for (scales, zeroPoints) in [(0, 1), (3, 1), (1, 3)] {
      let message = try refusal { graph in
        let output = Int(graph.operators[4].outputs[0])
        graph.tensors[output].quantization = QuantizationParameters(
          scale: Array(repeating: 0.5, count: scales), zeroPoint: Array(repeating: 0, count: zeroPoints))
      }
      #expect(message.contains("it has \(zeroPoints) zero points for \(scales) scales"))
    }
  }

  @Test("A layer with fewer or more biases than output channels is refused")
  func biasCount() throws {
    for (number, name) in [(0, "CONV_2D"), (1, "DEPTHWISE_CONV_2D")] {
      for change in [-1, 1] {
        var model = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
        let op = model.subgraphs[0].operators[number]
        let bias = Int(op.inputs[2])
        let count = Int(model.subgraphs[0].tensors[bias].shape[0]) + change
        model.subgraphs[0].tensors[bias].shape = [Int32(count)]
        model.buffers[Int(model.subgraphs[0].tensors[bias].buffer)].data = Bytes(Array(repeating: 0, count: 4 * count))
        let error = #expect(throws: SurgeryError.self) { try model.checkRunnable() }
        #expect(
          "\(try #require(error))".contains(
            "operator \(number), \(name), cannot run: it has a bias of shape [\(count)]"))
      }
    }
  }

  @Test("An operator that writes what another one writes, or an input, is refused")
  func writtenTwice() throws {
    #expect(try refusal { $0.operators[1].outputs = $0.operators[0].outputs }.contains("which is written before"))
    #expect(try refusal { $0.operators[1].outputs = $0.inputs }.contains("which is written before"))
  }

  @Test("A tensor of seven dimensions is refused, as a RESHAPE to seven is")
  func manyDimensions() throws {
    #expect(try refusal { $0.tensors[0].shape = Array(repeating: 1, count: 7) }.contains("it has 7 dimensions"))
    let message = try refusal { graph in
      let number = try #require(graph.operators.firstIndex { $0.options?.kind == .reshape })
      graph.operators[number].inputs.removeLast()
      graph.operators[number].options = ReshapeOptions(newShape: [1, 1, 1, 1, 1, 1, 1001]).options
    }
    #expect(message.contains("RESHAPE, cannot run: it makes a tensor of 7 dimensions"))
  }

  @Test("A float depthwise convolution without a bias, which crashes the runtime, is refused")
  func floatBias() throws {
    var model = Model()
    model.buffers = [Buffer(), Buffer(Bytes(Array(repeating: 0, count: 12)))]
    model.operatorCodes = [OperatorCode(.depthwiseConv2D)]
    var graph = SubGraph()
    graph.tensors = [
      Tensor(shape: [1, 4, 4, 3], type: .float32), Tensor(shape: [1, 1, 1, 3], type: .float32, buffer: 1),
      Tensor(shape: [1, 4, 4, 3], type: .float32),
    ]
    graph.operators = [
      Operator(opcodeIndex: 0, inputs: [0, 1], outputs: [2], options: DepthwiseConv2DOptions().options)
    ]
    graph.inputs = [0]
    graph.outputs = [2]
    model.subgraphs = [graph]
    let error = #expect(throws: SurgeryError.self) { try model.checkRunnable() }
    #expect("\(try #require(error))".contains("operator 0, DEPTHWISE_CONV_2D, cannot run: it needs 3 inputs"))
  }

  @Test("An operator other than a layer that lacks one of its inputs is refused")
  func absentInput() throws {
    let message = try refusal { graph in
      let number = try #require(graph.operators.firstIndex { $0.options?.kind == .reshape })
      graph.operators[number].inputs = [graph.operators[number].inputs[0], -1]
    }
    #expect(message.contains("RESHAPE, cannot run: it lacks one of its inputs"))
  }

  @Test("A layer whose weights have another rank is refused")
  func weightsRank() throws {
    let message = try refusal { graph in
      let kernel = Int(graph.operators[0].inputs[1])
      graph.tensors[kernel].shape.append(1)
    }
    #expect(message.contains("operator 0, CONV_2D, cannot run: its weights have the shape"))
  }

  /// Returns why a model of one operator on two tensors is refused, or nil.
  private func refusal(
    of builtin: BuiltinOperator, _ input: TensorType, _ inputScale: Float?, _ output: TensorType, _ outputScale: Float?
  ) -> String? {
    func tensor(_ type: TensorType, _ scale: Float?) -> Tensor {
      Tensor(
        shape: [1, 4], type: type, quantization: scale.map { QuantizationParameters(scale: $0, zeroPoint: 0) })
    }
    var model = Model()
    model.buffers = [Buffer()]
    model.operatorCodes = [OperatorCode(builtin, version: 1)]
    var graph = SubGraph()
    graph.tensors = [tensor(input, inputScale), tensor(input, inputScale), tensor(output, outputScale)]
    let isBinary = [.add, .sub, .mul, .squaredDifference, .expandDims].contains(builtin)
    graph.operators = [Operator(opcodeIndex: 0, inputs: isBinary ? [0, 1] : [0], outputs: [2])]
    graph.inputs = [0, 1]
    graph.outputs = [2]
    model.subgraphs = [graph]
    do {
      try model.checkRunnable()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("A zero point outside its type is refused")
  func zeroPoint() throws {
    let message = try refusal { graph in
      let output = Int(graph.operators[4].outputs[0])
      graph.tensors[output].quantization?.zeroPoint = [.min]
    }
    #expect(message.contains("zero point -9223372036854775808 is outside the range of UINT8"))
  }
}

@Suite("Element encodings")
struct ElementEncodingTests {
  @Test("uint8 elements are rounded to the nearest step, halves away from zero, and clamped")
  func uint8() {
    let encoding = ElementEncoding.uint8(scale: 0.5, zeroPoint: 10)
    #expect(encoding.encode([0, 0.25, -0.25, 0.24, 1000, -1000, .nan]) == [10, 11, 10, 10, 255, 0, 10])
  }

  @Test("int8 elements are rounded and clamped")
  func int8() {
    let encoding = ElementEncoding.int8(scale: 1, zeroPoint: -1)
    #expect(encoding.encode([0, 1, -127, 500]).map(Int8.init(bitPattern:)) == [-1, 0, -128, 127])
    #expect([UInt8(bitPattern: -1), 3].withUnsafeBytes { encoding.steps($0) } == [0, 4])
  }

  @Test("Floats are unchanged")
  func float() {
    let encoding = ElementEncoding.float32
    let bytes = encoding.encode([1.5, -3e30])
    #expect(bytes.count == 8)
    #expect(bytes.withUnsafeBytes { encoding.values($0) } == [1.5, -3e30])
  }

  @Test("Invalid types, scales and zero points are refused, and the error names the tensor")
  func refused() {
    let tensors = [
      Tensor(shape: [1], type: .int32), Tensor(shape: [1], type: .uint8),
      Tensor(shape: [1], type: .uint8, quantization: QuantizationParameters(scale: 0, zeroPoint: 0)),
      Tensor(shape: [1], type: .uint8, quantization: QuantizationParameters(scale: .nan, zeroPoint: 0)),
      Tensor(shape: [1], type: .uint8, quantization: QuantizationParameters(scale: 1, zeroPoint: 256)),
      Tensor(shape: [1], type: .int8, quantization: QuantizationParameters(scale: 1, zeroPoint: .min)),
      Tensor(shape: [1], type: .int8, quantization: QuantizationParameters(scale: [1, 2], zeroPoint: [0, 0])),
    ]
    for tensor in tensors {
      let error = #expect(throws: SurgeryError.self) { try ElementEncoding(of: tensor, label: "x") }
      #expect(error.map { "\($0)".hasPrefix("the tensor x") } == true)
    }
  }
}
