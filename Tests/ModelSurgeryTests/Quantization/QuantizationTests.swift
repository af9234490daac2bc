import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Quantisation")
struct QuantizationTests {
  private static func float() throws -> Model {
    try SmallNetwork.architecture.model(weights: NamedWeights(SmallNetwork.weights()))
  }

  /// Returns invented ranges; these tests do not need measured ones.
  private static func ranges(_ quantization: Quantization) -> ActivationRanges {
    let clipped: Set = ["stem", "deep"]
    let ranges = quantization.activations.map { activation in
      let least: Float = clipped.contains(activation.name) ? 0 : -3
      return (activation.name, ActivationRanges.Range(lower: least, upper: 6))
    }
    return ActivationRanges(
      model: quantization.fingerprint, pictures: 1, ranges: Dictionary(uniqueKeysWithValues: ranges))
  }

  private static func quantized(_ input: ByteType = .uint8, _ output: ByteType = .uint8) throws -> Model {
    let quantization = try Quantization(of: float())
    return try quantization.model(ranges: ranges(quantization), input: input, output: output)
  }

  private func tensor(_ name: Text, in model: Model) throws -> Tensor {
    try #require(model.subgraphs[0].tensors.first { $0.name == name })
  }

  private func integers(_ name: Text, in model: Model) throws -> [Int] {
    let tensor = try tensor(name, in: model)
    let data = try #require(model.constant(tensor))
    return data.withUnsafeBytes { bytes in
      tensor.type == .int8
        ? bytes.map { Int(Int8(bitPattern: $0)) }
        : (0..<bytes.count / 4).map { Int(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
    }
  }

  private func floats(_ name: Text, in model: Model) throws -> [Float] {
    let data = try #require(model.constant(try tensor(name, in: model)))
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  @Test("The output of every layer is measured, unless the runtime fixes its scale")
  func activations() throws {
    let quantization = try Quantization(of: Self.float())
    #expect(
      quantization.activations.map(\.name) == ["stem", "deep", "flat", "sum", "down", "embedding", "logits"])
    #expect(quantization.activations[0].count == 100)
  }

  @Test("The normalisation becomes the input's scale")
  func ends() throws {
    let model = try Self.quantized()
    try model.checkRunnable()
    let graph = model.subgraphs[0]
    let names = graph.operators.map { model.name(of: $0) }
    #expect(
      names == [
        "QUANTIZE", "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "ADD", "DEPTHWISE_CONV_2D", "MEAN", "FULLY_CONNECTED",
        "SOFTMAX", "QUANTIZE",
      ])
    let picture = try #require(graph.tensor(graph.inputs[0]))
    #expect(picture.name == "image" && picture.type == .uint8)
    #expect(picture.quantization == QuantizationParameters(scale: 1 / 128, zeroPoint: 127))
    let scores = try #require(graph.tensor(graph.outputs[0]))
    #expect(scores.name == "scores" && scores.type == .uint8)
    #expect(scores.quantization == QuantizationParameters(scale: 1 / 256, zeroPoint: 0))
    #expect(model.signatureDefs[0].inputs[0].tensorIndex == UInt32(graph.inputs[0]))
    #expect(model.signatureDefs[0].outputs[0].tensorIndex == UInt32(graph.outputs[0]))

    let signed = try Self.quantized(.int8, .int8)
    try signed.checkRunnable()
    #expect(signed.subgraphs[0].operators.count == 8)
    #expect(try tensor("image", in: signed).quantization == QuantizationParameters(scale: 1 / 128, zeroPoint: -1))
    #expect(try tensor("scores", in: signed).quantization == QuantizationParameters(scale: 1 / 256, zeroPoint: -128))
  }

  @Test("The model has only integer tensors and no empty buffers")
  func types() throws {
    let model = try Self.quantized()
    #expect(!model.subgraphs[0].tensors.contains { $0.type == .float32 })
    #expect(model.buffers.dropFirst().allSatisfy { $0.data?.isEmpty != true })
    // The file reads back as it was written.
    #expect(try Model(bytes: Bytes(model.serialized().bytes())) == model)
  }

  @Test("Weights have a scale for each output channel; a bias has the product of the weights' and the input's scale")
  func layers() throws {
    let float = try Self.float()
    let model = try Self.quantized()
    let cases: [(layer: String, input: Float, isLast: Bool)] = [
      ("stem", 1 / 128, false), ("deep", 6.0 / 255, true), ("flat", 6.0 / 255, false), ("down", 9.0 / 255, true),
    ]
    for (layer, input, isLast) in cases {
      let kernel = try tensor(Text(layer + "/kernel"), in: model)
      let scales = try #require(kernel.quantization).scale
      #expect(scales.count == 4)
      #expect(kernel.quantization?.quantizedDimension == (isLast ? 3 : 0))
      #expect(kernel.quantization?.zeroPoint == [0, 0, 0, 0])
      let steps = try integers(Text(layer + "/kernel"), in: model)
      let weights = try floats(Text(layer + "/kernel"), in: float)
      let size = weights.count / 4
      for channel in 0..<4 {
        let places = (0..<size).map { isLast ? $0 * 4 + channel : channel * size + $0 }
        #expect(abs((places.map { abs(weights[$0]) }.max() ?? 0) / 127 - scales[channel]) < 1e-6)
        for place in places {
          #expect(abs(weights[place] - Float(steps[place]) * scales[channel]) <= 1.001 * scales[channel])
        }
        // Rounding keeps the sum, unless the greatest weight would have to grow.
        let sum = places.reduce(Float(0)) { $0 + weights[$1] - Float(steps[$1]) * scales[channel] }
        #expect(abs(sum) <= 1.51 * scales[channel], "\(layer) \(channel)")
      }
      let bias = try tensor(Text(layer + "/bias"), in: model)
      #expect(bias.type == .int32)
      let units = try #require(bias.quantization).scale
      let biases = zip(try integers(Text(layer + "/bias"), in: model), try floats(Text(layer + "/bias"), in: float))
      for (unit, scale) in zip(units, scales) { #expect(abs(unit - scale * input) < 1e-6 * unit) }
      for (unit, (step, real)) in zip(units, biases) { #expect(abs(Float(step) * unit - real) <= unit) }
    }
    let matrix = try #require(try tensor("logits/weights", in: model).quantization)
    #expect(matrix.scale.count == 1)
  }

  @Test("Every operator has the version of its int8 form")
  func versions() throws {
    let model = try Self.quantized()
    var versions: [String: Int32] = [:]
    for op in model.subgraphs[0].operators { versions[model.name(of: op)] = model.operatorCode(of: op)?.version }
    #expect(
      versions == [
        "QUANTIZE": 2, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "ADD": 2, "MEAN": 2, "FULLY_CONNECTED": 4, "SOFTMAX": 2,
      ])
  }

  @Test("The same model and ranges give the same file")
  func repeatable() throws {
    #expect(try Self.quantized().serialized().bytes() == Self.quantized().serialized().bytes())
  }

  @Test("A model that is quantised already is refused, also one of Coral's")
  func twice() throws {
    #expect(throws: QuantizationError.alreadyQuantized(tensor: "\"image_int8\"", type: "INT8")) {
      try Quantization(of: Self.quantized())
    }
    let error = #expect(throws: QuantizationError.self) {
      try Quantization(of: Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant")))
    }
    #expect(error?.message.contains("quantised already") == true)
  }

  @Test("An error names the operators without an int8 form")
  func unsupported() throws {
    var model = try Self.float()
    for (place, builtin) in [(5, BuiltinOperator.cos), (9, .logSoftmax)] {
      model.operatorCodes.append(OperatorCode(builtin))
      model.subgraphs[0].operators[place].opcodeIndex = UInt32(model.operatorCodes.count - 1)
    }
    #expect(throws: QuantizationError.unsupported(operators: ["COS", "LOG_SOFTMAX"])) { try Quantization(of: model) }
  }

  @Test("Infinite and NaN weights are refused, and the error names the tensor", arguments: [Float.nan, .infinity])
  func badWeights(number: Float) throws {
    for name: Text in ["flat/kernel", "logits/bias"] {
      var model = try Self.float()
      let index = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == name })
      let count = try #require(model.subgraphs[0].tensors[index].elementCount)
      let buffer = Int(model.subgraphs[0].tensors[index].buffer)
      let numbers = Array(repeating: Float(1), count: count - 1) + [number]
      model.buffers[buffer] = Buffer(Bytes(numbers.map(\.bitPattern).withUnsafeBytes { Array($0) }))
      let error = #expect(throws: QuantizationError.self) { try Quantization(of: model) }
      #expect(error?.message.contains("\"\(name.string)\"") == true, "\(String(describing: error))")
    }
  }

  @Test("Ranges that are missing, invalid or of another model are refused")
  func badRanges() throws {
    let quantization = try Quantization(of: Self.float())
    let good = Self.ranges(quantization)
    func refusal(_ change: (inout [String: ActivationRanges.Range]) -> Void, model: String? = nil) -> QuantizationError?
    {
      var ranges = good.ranges
      change(&ranges)
      let bad = ActivationRanges(model: model ?? good.model, pictures: 1, ranges: ranges)
      return #expect(throws: QuantizationError.self) { try quantization.model(ranges: bad) }
    }
    #expect(
      refusal({ _ in }, model: "0123") == .foreignRanges(measuredWith: "0123", model: quantization.fingerprint))
    #expect(refusal { $0["sum"] = nil } == .missingRange(tensor: "sum"))
    for (lower, upper) in [(1, -1), (-.infinity, 1), (0, .infinity)] as [(Float, Float)] {
      #expect(
        refusal { $0["sum"] = .init(lower: lower, upper: upper) }
          == .badRange(tensor: "sum", lower: lower, upper: upper))
    }
    #expect(refusal { $0["sum"] = .init(lower: .nan, upper: 1) } != nil)
  }

  @Test("Extreme ranges give a model or an error, but never a crash")
  func wildRanges() throws {
    let quantization = try Quantization(of: Self.float())
    let good = Self.ranges(quantization)
    let ends: [Float] = [0, 0x1p-149, 1e-38, 1e-20, 1e20, 3e38]
    for name in good.ranges.keys {
      for end in ends {
        for (lower, upper) in [(-end, end), (0, end), (-end, 0), (end, end)] {
          var ranges = good.ranges
          ranges[name] = .init(lower: lower, upper: upper)
          let wild = ActivationRanges(model: good.model, pictures: 1, ranges: ranges)
          let model = try? quantization.model(ranges: wild)
          for tensor in model?.subgraphs[0].tensors ?? [] {
            #expect(
              tensor.quantization?.scale.allSatisfy { $0.isNormal && $0 > 0 } != false, "\(name) \(lower) \(upper)")
          }
        }
      }
    }
  }

  @Test("The fingerprint depends only on layers and weights")
  func fingerprint() throws {
    let model = try Self.float()
    let own = try Quantization(of: model).fingerprint
    var other = model
    other.description = "something else"
    other.setMetadata(named: "more", to: [1, 2, 3])
    #expect(try Quantization(of: other).fingerprint == own)
    var weights = SmallNetwork.weights()
    var elements = weights[0].tensor.elements
    elements[0] += 0.001
    weights[0].tensor = try #require(WeightTensor(shape: weights[0].tensor.shape, elements))
    let changed = try SmallNetwork.architecture.model(weights: NamedWeights(weights))
    #expect(try Quantization(of: changed).fingerprint != own)
  }

  @Test("A model without normalisation has the default pixel scale, or a given valid one")
  func pixels() throws {
    var builder = GraphBuilder()
    let picture = try builder.input("picture", shape: [1, 4, 4, 3])
    let mean = try builder.mean(picture, axes: [1, 2], name: "mean")
    let model = builder.finish(with: mean)
    #expect(try Quantization(of: model).pixels == .signedUnit)
    let quantization = try Quantization(of: model, pixels: PixelScale(mean: 0, deviation: 255))
    let ranges = ActivationRanges(
      model: quantization.fingerprint, pictures: 1, ranges: ["mean": .init(lower: 0, upper: 1)])
    let made = try quantization.model(ranges: ranges)
    #expect(try tensor("picture", in: made).quantization == QuantizationParameters(scale: 1 / 255, zeroPoint: 0))
    for pixels in [
      PixelScale(mean: .nan, deviation: 1), PixelScale(mean: -1, deviation: 1), .init(mean: 0, deviation: 0),
    ] {
      #expect(throws: QuantizationError.self) { try Quantization(of: model, pixels: pixels) }
    }
  }

  @Test("16-bit float weights are widened, then quantised")
  func halves() throws {
    var model = try Self.float()
    let index = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == "flat/kernel" })
    let shape = model.subgraphs[0].tensors[index].shape
    // 0x3800 is 0.5 as a 16-bit float.
    model.buffers.append(Buffer(Bytes(Array(repeating: [0, 0x38], count: 16).flatMap { $0 })))
    model.subgraphs[0].tensors[index].buffer = 0
    model.subgraphs[0].tensors.append(
      Tensor(shape: shape, type: .float16, buffer: UInt32(model.buffers.count - 1), name: "half"))
    model.operatorCodes.append(OperatorCode(.dequantize))
    model.subgraphs[0].operators.insert(
      Operator(
        opcodeIndex: UInt32(model.operatorCodes.count - 1), inputs: [Int32(model.subgraphs[0].tensors.count - 1)],
        outputs: [Int32(index)]), at: 0)
    let quantization = try Quantization(of: model)
    let made = try quantization.model(ranges: Self.ranges(quantization))
    #expect(try integers("flat/kernel", in: made) == Array(repeating: 127, count: 16))
    #expect(!made.subgraphs[0].tensors.contains { $0.name == "half" })
  }

  @Test("Damaged models never crash quantisation")
  func damage() throws {
    let whole = try Self.float().serialized().bytes()
    var generator = SeededGenerator(seed: 11)
    var survivors = 0
    for _ in 0..<2000 {
      var bytes = whole
      Mutation.mutate(&bytes, using: &generator)
      guard let model = try? Model(bytes: Bytes(bytes)), let quantization = try? Quantization(of: model) else {
        continue
      }
      _ = try? quantization.probes(limit: 64)
      if (try? quantization.model(ranges: Self.ranges(quantization))) != nil { survivors += 1 }
    }
    #expect(survivors > 100)
  }
}
