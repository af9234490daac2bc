import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Pretrained weights from models")
struct PretrainedModelTests {
  private static let network = SmallNetwork.architecture

  private static func float() throws -> Model { try network.model(weights: NamedWeights(SmallNetwork.weights())) }

  /// Returns the floats of a constant.
  private func floats(_ name: String, in model: Model) throws -> [Float] {
    let tensor = try #require(model.subgraphs[0].tensors.first { $0.name == Text(name) })
    let data = try #require(model.constant(tensor))
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  private static let layers = ["stem", "deep", "flat", "down"]

  @Test("Reads the kernels, biases and head of a float model")
  func floats() throws {
    let model = try Self.float()
    let pretrained = try PretrainedWeights(model, for: Self.network)
    #expect(pretrained.isFolded)
    #expect(pretrained.weights["bn0.running_mean"]?.elements == [0, 0, 0, 0])
    #expect(pretrained.weights["bn0.running_var"]?.elements == [1, 1, 1, 1])
    #expect(try pretrained.weights["bn0.bias"]?.elements == floats("stem/bias", in: model))
    let again = try Self.network.base.model(weights: pretrained.weights)
    for layer in Self.layers {
      for part in ["/kernel", "/bias"] {
        let pairs = zip(try floats(layer + part, in: again), try floats(layer + part, in: model))
        for (one, other) in pairs { #expect(abs(one - other) <= 1e-6 * abs(other)) }
      }
    }
    let head = try #require(pretrained.head)
    let stored = NamedWeights(SmallNetwork.weights())
    #expect(head.weights == stored["fc.weight"] && head.biases == stored["fc.bias"] && !head.isNormalized)
  }

  @Test(
    "The weights of an int8 model differ by at most one step of their channel's scale",
    arguments: [ByteType.uint8, .int8])
  func quantized(type: ByteType) throws {
    let float = try Self.float()
    let quantization = try Quantization(of: float)
    let ranges = quantization.activations.map {
      ($0.name, ActivationRanges.Range(lower: ["stem", "deep"].contains($0.name) ? 0 : -3, upper: 6))
    }
    let model = try quantization.model(
      ranges: ActivationRanges(
        model: quantization.fingerprint, pictures: 1, ranges: Dictionary(uniqueKeysWithValues: ranges)),
      input: type, output: type)
    let pretrained = try PretrainedWeights(model, for: Self.network)
    let again = try Self.network.base.model(weights: pretrained.weights)
    for layer in Self.layers {
      let isDepthwise = layer == "deep" || layer == "down"
      let kernel = try #require(model.subgraphs[0].tensors.first { $0.name == Text(layer + "/kernel") })
      let scales = try #require(kernel.quantization).scale
      let found = try floats(layer + "/kernel", in: again)
      let expected = try floats(layer + "/kernel", in: float)
      for place in found.indices {
        let scale = scales[isDepthwise ? place % 4 : place / (found.count / 4)]
        #expect(abs(found[place] - expected[place]) <= 1.001 * scale, "\(layer) \(place)")
      }
      for (one, other) in zip(try floats(layer + "/bias", in: again), try floats(layer + "/bias", in: float)) {
        #expect(abs(one - other) < 1e-3)
      }
    }
    #expect(pretrained.head?.weights.shape == [3, 4])
  }

  /// Returns the float model with a PAD before its first convolution, which itself has no padding.
  private static func padded(_ pads: [Int32], side: Int32) throws -> Model {
    var model = try float()
    let stem = try #require(model.subgraphs[0].operators.firstIndex { model.builtinOperator(of: $0) == .conv2D })
    let source = model.subgraphs[0].operators[stem].inputs[0]
    model.buffers.append(Buffer(Bytes(pads.flatMap { little($0) })))
    var constant = Tensor(shape: [4, 2], type: .int32, buffer: UInt32(model.buffers.count - 1))
    constant.name = "pads"
    model.subgraphs[0].tensors += [constant, Tensor(shape: [1, side, side, 3], type: .float32, name: "padded")]
    let count = Int32(model.subgraphs[0].tensors.count)
    model.operatorCodes.append(OperatorCode(.pad))
    model.subgraphs[0].operators[stem].inputs[0] = count - 1
    var options = try #require(model.subgraphs[0].operators[stem].options.flatMap { Conv2DOptions($0) })
    options.padding = .valid
    model.subgraphs[0].operators[stem].options = options.options
    model.subgraphs[0].operators.insert(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [source, count - 2], outputs: [count - 1]), at: stem
    )
    return model
  }

  /// Returns the float model with the activation of its first layer in a separate operator.
  private static func activated(_ builtin: BuiltinOperator) throws -> Model {
    var model = try float()
    let stem = try #require(model.subgraphs[0].operators.firstIndex { model.builtinOperator(of: $0) == .conv2D })
    let output = model.subgraphs[0].operators[stem].outputs[0]
    model.subgraphs[0].tensors.append(Tensor(shape: [1, 5, 5, 4], type: .float32, name: "sum"))
    model.subgraphs[0].operators[stem].outputs = [Int32(model.subgraphs[0].tensors.count - 1)]
    var options = try #require(model.subgraphs[0].operators[stem].options.flatMap { Conv2DOptions($0) })
    options.activation = .none
    model.subgraphs[0].operators[stem].options = options.options
    model.operatorCodes.append(OperatorCode(builtin))
    model.subgraphs[0].operators.insert(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1),
        inputs: model.subgraphs[0].operators[stem].outputs, outputs: [output]), at: stem + 1)
    return model
  }

  private func refusal(_ model: Model, for network: Architecture = SmallNetwork.architecture) -> String {
    let error = #expect(throws: PretrainedWeightsError.self) { try PretrainedWeights(model, for: network) }
    return error.map { "\($0)" } ?? ""
  }

  @Test("Padding and activations may be separate operators if the result is the same")
  func spelledOut() throws {
    let plain = try PretrainedWeights(Self.float(), for: Self.network)
    #expect(try PretrainedWeights(Self.padded([0, 0, 1, 1, 1, 1, 0, 0], side: 11), for: Self.network) == plain)
    #expect(refusal(try Self.padded([0, 0, 0, 2, 1, 1, 0, 0], side: 11)).contains("SAME padding"))
    #expect(refusal(try Self.padded([0, 0, 1, 1, 1, 1, 0], side: 11)).contains("SAME padding"))
    #expect(refusal(try Self.padded([0, 0, .max, 1, .min, 1, 0, 0], side: .max)).contains("SAME padding"))
    #expect(try PretrainedWeights(Self.activated(.relu6), for: Self.network) == plain)
    #expect(
      refusal(try Self.activated(.relu)).contains("has the activation NONE, where the network has RELU6 for stem"))
  }

  @Test("An error names the layer whose kind, size or order differs")
  func mismatches() throws {
    let model = try Self.float()
    func network(_ change: (inout [Architecture.Layer]) -> Void) -> Architecture {
      var layers = Self.network.layers
      change(&layers)
      return Architecture(name: "other", side: 9, mean: 127, deviation: 128, epsilon: 1e-3, layers: layers)
    }
    func message(_ change: (inout [Architecture.Layer]) -> Void) -> String { refusal(model, for: network(change)) }
    let wide = message {
      $0[0] = .convolution(name: "stem", weights: "s", normalization: "n", outputs: 8, window: 3, stride: 2)
    }
    #expect(
      wide.contains(#"other: its layer "stem" has weights of the shape [4, 3, 3, 3], where the network has [8, 3,"#))
    let slow = message {
      $0[0] = .convolution(name: "stem", weights: "s", normalization: "n", outputs: 4, window: 3, activation: .relu6)
    }
    #expect(slow.contains("has the strides [2, 2], where the network has 1 for stem"))
    #expect(message { $0.remove(at: 1) }.contains("[1, 5, 5, 4], where the network has [1, 3, 3, 4] for down"))
    #expect(message { $0.swapAt(0, 2) }.contains("is a CONV_2D, where the network has a DEPTHWISE_CONV_2D"))
    let longer = message { $0.insert($0[2], at: 3) }
    #expect(longer.contains("it has no convolution where the network has down"))
    #expect(message { $0[1] = .residual(name: "sum", [$0[0]]) }.contains("is a DEPTHWISE_CONV_2D"))
    #expect(refusal(Model()).contains("0 inputs"))
  }

  @Test("A head that cannot be read, or that ends in another operator than SOFTMAX, is ignored")
  func heads() throws {
    var model = try Self.float()
    let matrix = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == "logits/weights" })
    let data = model.buffers[Int(model.subgraphs[0].tensors[matrix].buffer)].data
    model.buffers[Int(model.subgraphs[0].tensors[matrix].buffer)] = Buffer(data?.slice(0..<8))
    let pretrained = try PretrainedWeights(model, for: Self.network)
    #expect(
      try pretrained.head == nil && pretrained.weights == PretrainedWeights(Self.float(), for: Self.network).weights)
    var sharp = try Self.float()
    let softmax = try #require(sharp.subgraphs[0].operators.firstIndex { sharp.builtinOperator(of: $0) == .softmax })
    sharp.subgraphs[0].operators[softmax].options = SoftmaxOptions(beta: 2).options
    let biases = try #require(NamedWeights(SmallNetwork.weights())["fc.bias"])
    #expect(try PretrainedWeights(sharp, for: Self.network).head?.biases.elements == biases.elements.map { 2 * $0 })
    sharp.operatorCodes[Int(sharp.subgraphs[0].operators[softmax].opcodeIndex)] = OperatorCode(.logistic)
    #expect(try PretrainedWeights(sharp, for: Self.network).head == nil)
  }

  @Test("A head with an activation, or whose softmax factor is not positive, is ignored")
  func nonlinearHeads() throws {
    var activated = try Self.float()
    let layer = try #require(
      activated.subgraphs[0].operators.firstIndex { activated.builtinOperator(of: $0) == .fullyConnected })
    activated.subgraphs[0].operators[layer].options = FullyConnectedOptions(activation: .relu).options
    #expect(try PretrainedWeights(activated, for: Self.network).head == nil)
    var negative = try Self.float()
    let softmax = try #require(
      negative.subgraphs[0].operators.firstIndex { negative.builtinOperator(of: $0) == .softmax })
    negative.subgraphs[0].operators[softmax].options = SoftmaxOptions(beta: -1).options
    #expect(try PretrainedWeights(negative, for: Self.network).head == nil)
  }

  @Test("Weights that are not finite are refused")
  func numbers() throws {
    var weights = SmallNetwork.weights()
    let place = try #require(weights.firstIndex { $0.name == "flat.weight" })
    weights[place].tensor = try #require(
      WeightTensor(shape: weights[place].tensor.shape, weights[place].tensor.elements.dropLast() + [.nan]))
    #expect(throws: ConversionError.self) { try PretrainedWeights(NamedWeights(weights), for: Self.network) }
  }

  @Test("Models with changed bytes never cause a crash")
  func hostile() throws {
    let whole = Array(Data(try Self.padded([0, 0, 1, 1, 1, 1, 0, 0], side: 11).serialized().bytes()))
    for seed in 0..<2000 {
      var generator = SeededGenerator(seed: seed)
      var changed = whole
      Mutation.mutate(&changed, using: &generator)
      guard let model = try? Model(bytes: Bytes(changed)) else { continue }
      do {
        let pretrained = try PretrainedWeights(model, for: Self.network)
        #expect(pretrained.weights.names.count == Self.network.base.weights.count)
      } catch {
        #expect("\(error)".count > 20)
      }
    }
  }
}
