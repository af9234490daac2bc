import Platform
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("The imprinting tail")
struct ImprintingTailTests {
  private func l2norm() throws -> Model { try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_l2norm_quant")) }

  @Test("The tail is found with its size, scale and encodings")
  func found() throws {
    let tail = try ImprintingTail(of: l2norm())
    #expect(tail.dimension == 1024)
    #expect(tail.classCount == 1001)
    #expect(abs(tail.scale - 40) < 1e-4)
    #expect(tail.embeddingEncoding == .uint8(scale: 1 / 128, zeroPoint: 128))
    guard case .uint8(let scale, 85) = tail.rowEncoding else {
      Issue.record("another encoding: \(tail.rowEncoding)")
      return
    }
    #expect(abs(scale - 0.00195004) < 1e-7)
  }

  @Test("Skips a QUANTIZE that a converter put between the normalisation and the convolution")
  func quantize() throws {
    var model = try l2norm()
    let tail = try ImprintingTail(of: model)
    let embedding = tail.embedding
    let convolution = tail.convolution
    model.operatorCodes.append(OperatorCode(.quantize))
    model.subgraphs[0].tensors.append(model.subgraphs[0].tensors[Int(embedding)])
    let requantised = Int32(model.subgraphs[0].tensors.count - 1)
    model.subgraphs[0].operators[convolution].inputs[0] = requantised
    model.subgraphs[0].operators.insert(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [embedding], outputs: [requantised]),
      at: convolution)
    let again = try ImprintingTail(of: model)
    #expect(again.embedding == embedding)
    #expect(again.convolution == convolution + 1)
  }

  @Test(
    "A model without the tail is refused, and the error says what it ends in",
    arguments: [
      ("mobilenet_v1_1.0_224_quant", "AVERAGE_POOL_2D → CONV_2D → RESHAPE → SOFTMAX"),
      ("mobilenet_v1_1.0_224_quant_embedding_extractor", "CONV_2D → AVERAGE_POOL_2D"),
      ("mobilenet_quant_v1_224_feature_layers_edgetpu", "edgetpu-custom-op"),
    ])
  func missing(model: String, message: String) throws {
    let error = #expect(throws: SurgeryError.self) {
      try ImprintingTail(of: Model(contentsOf: Material.model(model)))
    }
    #expect("\(try #require(error))".contains(message))
  }

  @Test("Refuses a kernel, a scale factor or biases of the wrong shape, size or quantisation")
  func unsuitable() throws {
    let whole = try l2norm()
    let tail = try ImprintingTail(of: whole)

    var kernel = whole
    kernel.subgraphs[0].tensors[Int(tail.kernel)].shape = [1001, 2, 2, 256]
    #expect(throws: SurgeryError.self) { try ImprintingTail(of: kernel) }

    var factor = whole
    factor.buffers[Int(whole.subgraphs[0].tensors[Int(tail.scaleFactor)].buffer)] = Buffer([0])
    let refusal = #expect(throws: SurgeryError.self) { try ImprintingTail(of: factor) }
    #expect("\(try #require(refusal))".contains("scale_factor"))

    var short = whole
    short.buffers[Int(whole.subgraphs[0].tensors[Int(tail.kernel)].buffer)] = Buffer([1, 2, 3])
    #expect(
      throws: SurgeryError.badConstant(
        tensor: "\"MobilenetV1/Logits/Conv2d_1c_1x1/weights\"", expected: 1001 * 1024, found: 3)
    ) { try ImprintingTail(of: short) }

    for shape in [[3], [1001, 2]] as [[Int32]] {
      var biases = whole
      biases.subgraphs[0].tensors[Int(tail.bias)].shape = shape
      biases.buffers[Int(whole.subgraphs[0].tensors[Int(tail.bias)].buffer)] = Buffer(
        Bytes(Array(repeating: 0, count: 4 * Int(shape.reduce(1, *)))))
      let error = #expect(throws: SurgeryError.self) { try ImprintingTail(of: biases) }
      #expect(error?.description.contains("1001 biases of the type INT32") == true)
    }

    var perChannel = whole
    perChannel.subgraphs[0].tensors[Int(tail.kernel)].quantization?.scale = [1, 2]
    #expect(throws: SurgeryError.self) { try ImprintingTail(of: perChannel) }
  }

  @Test("New rows change the shapes, the constants of RESHAPE and the scales, but nothing in the base")
  func rows() throws {
    let model = try l2norm()
    let tail = try ImprintingTail(of: model)
    let rows = (0..<3).map { row in Bytes(Array(repeating: UInt8(row), count: 1024)) }
    let made = try model.replacingRows(
      of: tail, kernel: Bytes(rows.flatMap { Array($0) }), biases: Bytes(Array(repeating: 9, count: 12)), classCount: 3)
    let graph = try #require(made.mainSubgraph)
    #expect(made.rows(of: try ImprintingTail(of: made)) == rows)
    #expect(made.biases(of: try ImprintingTail(of: made)) == Array(repeating: Bytes([9, 9, 9, 9]), count: 3))
    #expect(graph.tensor(graph.outputs[0])?.shape == [1, 3])
    let product = try #require(graph.tensor(graph.operators[tail.multiplication].outputs[0]))
    #expect(product.shape == [1, 1, 1, 3])
    #expect(product.quantization?.scale == [tail.scale / 128])
    #expect(product.quantization?.zeroPoint == [128])
    let reshape = graph.operators[tail.reshape]
    #expect(reshape.options?.integers("new_shape") == [1, 3])
    #expect(graph.tensor(reshape.inputs[1]).flatMap { made.constant($0) } == [1, 0, 0, 0, 3, 0, 0, 0])
    #expect(graph.operators.prefix(tail.convolution) == model.subgraphs[0].operators.prefix(tail.convolution))

    #expect(throws: SurgeryError.badRows(expected: 4096, found: 3)) {
      try model.replacingRows(of: tail, kernel: [1, 2, 3], biases: [], classCount: 4)
    }
    #expect(throws: SurgeryError.self) {
      try model.replacingRows(of: tail, kernel: [], biases: [], classCount: .max)
    }
  }

  @Test("Replacing rows does not change another tensor that shares their buffer")
  func sharedBuffer() throws {
    var model = try l2norm()
    let tail = try ImprintingTail(of: model)
    let shared = model.subgraphs[0].tensors[Int(tail.kernel)]
    model.subgraphs[0].tensors.append(shared)
    let made = try model.replacingRows(
      of: tail, kernel: Bytes(Array(repeating: 1, count: 1024)), biases: [0, 0, 0, 0], classCount: 1)
    let other = try #require(made.subgraphs[0].tensors.last)
    #expect(made.constant(other) == model.constant(shared))
    #expect(made.subgraphs[0].tensors[Int(tail.kernel)].buffer != other.buffer)
  }

  @Test("A bare extractor gets a tail in Coral's layout")
  func append() throws {
    let extractor = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let tail = try ImprintingTail(of: extractor.appendingImprintingTail())
    #expect(tail.dimension == 1024)
    #expect(tail.scale == 40)
    #expect(tail.embeddingEncoding == .uint8(scale: 1 / 128, zeroPoint: 128))
    #expect(tail.rowEncoding == .uint8(scale: 1 / 256, zeroPoint: 0))
  }

  @Test("A classifier gets no tail, because its head would remain before it")
  func appendToClassifier() throws {
    let classifier = try Model(contentsOf: Material.model("mobilenet_v2_1.0_224_quant"))
    let error = #expect(throws: SurgeryError.self) { try classifier.appendingImprintingTail() }
    #expect("\(try #require(error))".contains("it is a classifier"))
  }

  @Test("A classifier that dequantises its scores gets no tail either")
  func appendToDequantisedClassifier() throws {
    var classifier = try Model(contentsOf: Material.model("mobilenet_v2_1.0_224_quant"))
    let output = classifier.subgraphs[0].outputs[0]
    classifier.operatorCodes.append(OperatorCode(.dequantize))
    classifier.subgraphs[0].tensors.append(Tensor(shape: [1, 1001], type: .float32))
    let floats = Int32(classifier.subgraphs[0].tensors.count - 1)
    classifier.subgraphs[0].operators.append(
      Operator(opcodeIndex: UInt32(classifier.operatorCodes.count - 1), inputs: [output], outputs: [floats]))
    classifier.subgraphs[0].outputs = [floats]
    let error = #expect(throws: SurgeryError.self) { try classifier.appendingImprintingTail() }
    #expect("\(try #require(error))".contains("it is a classifier"))
  }

  @Test("An embedding of a hundred million elements is refused before memory is allocated for it")
  func hugeEmbedding() throws {
    var model = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    model.subgraphs[0].tensors[Int(model.subgraphs[0].outputs[0])].shape = [1, 100_000_000]
    let error = #expect(throws: SurgeryError.self) { try model.appendingImprintingTail() }
    #expect(error?.code == .noVector)
  }
}
