import ModelSurgery
import TFLite
import TestMaterial
import Testing

/// Forms in which exporters write models, and which the runtime refuses or crashes on.
@Suite("Runnable forms of models")
struct RunnableFormTests {
  private func signature(inputs: [UInt32], outputs: [UInt32], graph: UInt32 = 0) -> SignatureDef {
    var signature = SignatureDef()
    signature.signatureKey = "serving_default"
    signature.inputs = inputs.map { TensorMap(name: "in", tensorIndex: $0) }
    signature.outputs = outputs.map { TensorMap(name: "out", tensorIndex: $0) }
    signature.subgraphIndex = graph
    return signature
  }

  @Test("A model with fixed shapes and a right signature stays as it is")
  func unchanged() throws {
    var model = try SmallExtractor.meanColour()
    let (input, output) = try model.onlyInputAndOutput()
    model.signatureDefs = [signature(inputs: [UInt32(input)], outputs: [UInt32(output)])]
    #expect(model.runnableForm == nil)
    #expect(model.staleSignatures.isEmpty)
  }

  @Test("A batch of -1 becomes 1, whether the shape or only the shape signature says so", arguments: [true, false])
  func batch(isInShape: Bool) throws {
    let fixed = try SmallExtractor.meanColour()
    var model = fixed
    for index in model.subgraphs[0].tensors.indices where model.subgraphs[0].tensors[index].shape.first == 1 {
      let shape = model.subgraphs[0].tensors[index].shape
      model.subgraphs[0].tensors[index].shapeSignature = [-1] + shape.dropFirst()
      if isInShape { model.subgraphs[0].tensors[index].shape[0] = -1 }
    }
    let single = try #require(model.runnableForm)
    #expect(single.subgraphs[0].tensors.map(\.shape) == fixed.subgraphs[0].tensors.map(\.shape))
    #expect(single.subgraphs[0].tensors.allSatisfy { $0.shapeSignature.isEmpty })
    #expect(single.runnableForm == nil)
  }

  @Test("A signature that names other tensors than the graph's inputs and outputs, or another graph, is left out")
  func staleSignatures() throws {
    var model = try SmallExtractor.meanColour()
    let (input, output) = try model.onlyInputAndOutput()
    let (right, other) = ((UInt32(input), UInt32(output)), UInt32(model.subgraphs[0].tensors.count - 1))
    let stale = [
      signature(inputs: [other], outputs: [right.1]), signature(inputs: [right.0], outputs: [right.0]),
      signature(inputs: [], outputs: [right.1]), signature(inputs: [right.0], outputs: [right.1], graph: 3),
    ]
    let good = signature(inputs: [right.0], outputs: [right.1])
    for signature in stale {
      model.signatureDefs = [signature, good]
      #expect(model.staleSignatures == ["serving_default"])
      #expect(model.runnableForm?.signatureDefs == [good])
    }
  }

  @Test("A RESHAPE to a shape that is computed from a free dimension gets a constant")
  func computedShape() throws {
    var model = try SmallExtractor.meanColour()
    let reshape = model.subgraphs[0].operators.count - 1
    let pooled = model.subgraphs[0].operators[reshape].inputs[0]
    let rank = Tensor(shape: [4], type: .int32, name: "shape of the pooled picture")
    let copy = Tensor(shape: [1, 1, 1, 3], type: .float32, name: "reshaped")
    model.subgraphs[0].tensors += [rank, copy]
    let (shape, reshaped) = (Int32(model.subgraphs[0].tensors.count - 2), Int32(model.subgraphs[0].tensors.count - 1))
    model.operatorCodes.append(OperatorCode(.shape))
    model.subgraphs[0].operators[reshape].inputs[0] = reshaped
    model.subgraphs[0].operators.insert(
      contentsOf: [
        Operator(opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [pooled], outputs: [shape]),
        Operator(
          opcodeIndex: model.subgraphs[0].operators[reshape].opcodeIndex, inputs: [pooled, shape], outputs: [reshaped]),
      ], at: reshape)
    #expect(model.runnableForm == nil)
    let (input, _) = try model.onlyInputAndOutput()
    model.subgraphs[0].tensors[Int(input)].shapeSignature = [-1, 4, 4, 3]
    let form = try #require(model.runnableForm)
    let constant = form.subgraphs[0].operators[reshape + 1].inputs[1]
    #expect(constant != shape)
    #expect(
      form.subgraphs[0].tensor(constant).flatMap { form.constant($0) }
        == [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0])
    #expect(form.subgraphs[0].operators[reshape + 2].inputs[1] == model.subgraphs[0].operators[reshape + 2].inputs[1])
  }

  @Test("Graphs that no operator runs are left out, with their signatures")
  func otherGraphs() throws {
    var model = try SmallExtractor.meanColour()
    let (input, output) = try model.onlyInputAndOutput()
    model.subgraphs.append(model.subgraphs[0])
    let own = signature(inputs: [UInt32(input)], outputs: [UInt32(output)])
    model.signatureDefs = [own, signature(inputs: [UInt32(input)], outputs: [UInt32(output)], graph: 1)]
    let form = try #require(model.runnableForm)
    #expect(form.subgraphs.count == 1 && form.signatureDefs == [own])
    model.operatorCodes.append(OperatorCode(.callOnce))
    model.subgraphs[0].operators.append(
      Operator(opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [], outputs: []))
    #expect(model.runnableForm == nil)
  }

  @Test("A batch of 32 pictures becomes 1, in shapes and in the constant and the options of RESHAPE")
  func fixedBatch() throws {
    let single = try SmallExtractor.meanColour()
    var model = single
    for index in model.subgraphs[0].tensors.indices where model.subgraphs[0].tensors[index].shape.count > 1 {
      model.subgraphs[0].tensors[index].shape[0] = 32
    }
    let shape = Int(try #require(model.subgraphs[0].operators.last?.inputs.last))
    let place = Int(model.subgraphs[0].tensors[shape].buffer)
    #expect(model.buffers[place].data == [1, 0, 0, 0, 3, 0, 0, 0])
    model.buffers[place].data = [32, 0, 0, 0, 3, 0, 0, 0]
    let reshape = model.subgraphs[0].operators.count - 1
    let options = try #require(model.subgraphs[0].operators[reshape].options)
    model.subgraphs[0].operators[reshape].options = ReshapeOptions(newShape: [32, 3]).options
    // Weights that an operator unpacks, with 32 rows.
    model.subgraphs[0].tensors += [
      Tensor(shape: [32, 2], type: .float16), Tensor(shape: [32, 2], type: .float32),
    ]
    let packed = Int32(model.subgraphs[0].tensors.count - 2)
    model.operatorCodes.append(OperatorCode(.dequantize))
    model.subgraphs[0].operators.insert(
      Operator(opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [packed], outputs: [packed + 1]), at: 0)
    let last = model.subgraphs[0].operators.count - 1
    let form = try #require(model.runnableForm)
    #expect(form.subgraphs[0].tensors.map(\.shape) == single.subgraphs[0].tensors.map(\.shape) + [[32, 2], [32, 2]])
    #expect(form.constant(form.subgraphs[0].tensors[shape]) == [1, 0, 0, 0, 3, 0, 0, 0])
    #expect(form.subgraphs[0].operators[last].options.flatMap { ReshapeOptions($0) }?.newShape == [1, 3])
    #expect(form.runnableForm == nil)
    #expect(options.kind == .reshape)
  }

  @Test("A FULLY_CONNECTED that reads a feature map gets a vector, which is then the embedding")
  func featureMaps() throws {
    var model = SmallClassifier().model
    let layer = try #require(
      model.subgraphs[0].operators.firstIndex { model.builtinOperator(of: $0) == .fullyConnected })
    let (features, weights) = (
      Int(model.subgraphs[0].operators[layer].inputs[0]), Int(model.subgraphs[0].operators[layer].inputs[1])
    )
    // Two by two features where the classifier has three.
    model.subgraphs[0].tensors[features].shape = [1, 2, 2, 1]
    model.subgraphs[0].tensors[weights].shape = [4, 4]
    let form = try #require(model.runnableForm)
    let op = form.subgraphs[0].operators[layer]
    #expect(form.builtinOperator(of: op) == .reshape && op.inputs[0] == Int32(features))
    #expect(form.subgraphs[0].operators[layer + 1].inputs[0] == op.outputs[0])
    #expect(form.subgraphs[0].tensor(op.outputs[0])?.shape == [1, 4])
    #expect(try form.embedding() == op.outputs[0])
    #expect(form.runnableForm == nil)
  }

  @Test("A tensor with scales and without zero points gets zero points of 0")
  func zeroPoints() throws {
    var model = try SmallExtractor.meanColour(.uint8(scale: 0.5, zeroPoint: 0))
    let full = model
    for index in model.subgraphs[0].tensors.indices { model.subgraphs[0].tensors[index].quantization?.zeroPoint = [] }
    try model.checkRunnable()
    #expect(model.runnableForm?.subgraphs[0].tensors == full.subgraphs[0].tensors)
    model.subgraphs[0].tensors[0].quantization?.zeroPoint = [0, 0]
    #expect(throws: SurgeryError.self) { try model.checkRunnable() }
  }

  @Test("The per-channel dimension of a vector becomes 0")
  func wrongChannels() throws {
    var model = try SmallExtractor.meanColour()
    let vector = Tensor(
      shape: [2], type: .int32,
      quantization: QuantizationParameters(scale: [1, 2], zeroPoint: [0, 0], quantizedDimension: 3))
    model.subgraphs[0].tensors.append(vector)
    let form = try #require(model.runnableForm)
    #expect(form.subgraphs[0].tensors.last?.quantization?.quantizedDimension == 0)
    #expect(form.subgraphs[0].tensors.last?.quantization?.scale == [1, 2])
  }
}
