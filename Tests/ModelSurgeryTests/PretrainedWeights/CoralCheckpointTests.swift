import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Checkpoints of Coral's training script")
struct CoralCheckpointTests {
  private let labels = ["one", "two", "three"]

  private func values(_ variables: CoralVariables, _ name: String) throws -> [Float] {
    try #require(variables.variables.first { $0.name == name }).values
  }

  @Test("The network has every variable: base, projection with biases, class rows, scale and labels")
  func whole() throws {
    let variables = CoralVariables()
    let checkpoint = try CoralCheckpoint(variables.weights(), labels: labels)
    let network = checkpoint.network
    #expect(network.architecture == CoralVariables.architecture)
    #expect(network.base == (try PretrainedWeights(variables.weights(), for: CoralVariables.architecture)).weights)
    #expect(network.scale == 12.5 && network.labels == labels)
    let (dimension, inputs) = (CoralVariables.dimension, CoralVariables.architecture.base.outputs)
    let projection = try #require(network.projection)
    #expect(projection.shape == [dimension, inputs] && network.rows.shape == [3, dimension])
    let theirs = try values(variables, CoralVariables.projection + "/weights")
    #expect(projection.elements[5 * inputs + 7] == theirs[7 * dimension + 5])
    let rows = try values(variables, CoralVariables.rows + "/weights")
    #expect(network.rows.elements[2 * dimension + 4] == rows[4 * 3 + 2])
    #expect(
      network.projectionBiases?.elements == (try values(variables, CoralVariables.projection + "/biases")))
    #expect(Set(checkpoint.ranges.keys) == Set(network.rangedLayers))
    #expect(checkpoint.ranges["Conv2d_0"] == .init(lower: 0, upper: 6))
    #expect(checkpoint.ranges["embedding"] == .init(lower: 0, upper: 6))
    #expect(checkpoint.ranges["projection"] == .init(lower: -4, upper: 4))
  }

  @Test("The models have the biases of the projection, and the layout that imprinting needs")
  func models() throws {
    let variables = CoralVariables()
    let checkpoint = try CoralCheckpoint(variables.weights(), labels: labels)
    let float = try checkpoint.network.floatModel()
    let tail = try ImprintingTail(of: float)
    #expect(tail.classCount == 3 && tail.scale == 12.5 && tail.dimension == CoralVariables.dimension)
    let biases = try #require(float.subgraphs[0].tensors.first { $0.name == "projection/bias" })
    let stored = try #require(float.constant(biases)).withUnsafeBytes { ElementEncoding.float32.values($0) }
    #expect(stored == (try values(variables, CoralVariables.projection + "/biases")))
    let bytes = try checkpoint.network.quantizedModel(ranges: checkpoint.ranges, grid: .uint8PerTensor)
    try bytes.checkRunnable()
    #expect(try ImprintingTail(of: bytes).rowEncoding.type == .uint8)
  }

  @Test("A checkpoint without fake quantisation has no ranges")
  func float() throws {
    let checkpoint = try CoralCheckpoint(CoralVariables(isQuantized: false).weights(), labels: labels)
    #expect(checkpoint.ranges.isEmpty)
    #expect(
      try PretrainedWeights(CoralVariables(isQuantized: false).weights(), for: CoralVariables.architecture)
        .ranges.isEmpty)
  }

  @Test("The ranges of the base are there for training that starts from the checkpoint")
  func pretrained() throws {
    let weights = try CoralVariables().weights()
    let pretrained = try PretrainedWeights(weights, for: CoralVariables.architecture)
    #expect(Set(pretrained.ranges.keys) == Set(CoralVariables.architecture.base.layerNames))
  }

  private func refusal(
    labels: [String] = [], _ change: (inout CoralVariables) -> Void
  ) throws -> String {
    var variables = CoralVariables()
    change(&variables)
    let weights = try variables.weights()
    do {
      _ = try CoralCheckpoint(weights, labels: labels)
      return "nothing"
    } catch { return "\(error)" }
  }

  @Test("Rejects a checkpoint without the normalised head, with two heads, or with unfit variables, by name")
  func refusals() throws {
    let rows = CoralVariables.rows
    #expect(
      try refusal { $0.set(rows + "/weights", to: nil) }
        .contains("no L2-normalised head, which Coral's script names Logits/Conv2d_1d_1x1_normalize"))
    #expect(
      try refusal {
        $0.variables.append(
          ("MobilenetV1/Logits/Conv2d_1c_1x1/weights", [1, 1, 256, 3], .init(repeating: 0, count: 768)))
      }
      .contains("two heads, Logits/Conv2d_1c_1x1 and Logits/Conv2d_1d_1x1_normalize"))
    #expect(try refusal(labels: ["a", "b"]) { _ in }.contains("3 classes, but there are 2 labels"))
    #expect(try refusal { $0.set(CoralVariables.scale, to: nil) }.contains("Logits/scale_factor cannot be used"))
    #expect(try refusal { $0.set(CoralVariables.scale, to: [.infinity]) }.contains("not one positive number"))
    #expect(try refusal { $0.set(rows + "/biases", to: [0, 1, 0]) }.contains("biases of zero"))
    #expect(
      try refusal { $0.set(rows + "/weights", to: .init(repeating: .nan, count: 3 * CoralVariables.dimension)) }
        .contains("infinite or NaN"))
    #expect(
      try refusal { $0.set("MobilenetV1/Conv2d_3_depthwise/BatchNorm/gamma", to: nil) }
        .contains("they lack Conv2d_3_depthwise.BatchNorm.weight"))
    #expect(
      try refusal { variables in
        guard let place = variables.variables.firstIndex(where: { $0.name == rows + "/weights" }) else { return }
        variables.variables[place].shape = [1, 1, 3, CoralVariables.dimension]
      }.contains("its shape is [1, 1, 3, 24] instead of [1, 1, 24, outputs]"))
  }

  @Test("Rejects ranges that are infinite, in the wrong order, or there for some layers only")
  func ranges() throws {
    let layer = "MobilenetV1/MobilenetV1/Conv2d_5_pointwise/act_quant/"
    for wrong in [Float.infinity, .nan] {
      let words = try refusal { $0.set(layer + "max", to: [wrong]) }
      #expect(words.contains("the range of fake quantisation is invalid: \(layer)max is \(wrong)"), "\(words)")
    }
    #expect(try refusal { $0.set(layer + "min", to: [7]) }.contains("\(layer)max is 6"))
    #expect(
      try refusal { $0.set(layer + "max", to: nil) }
        .contains("has ranges of fake quantisation, but none of the layer Conv2d_5_pointwise"))
    #expect(
      try refusal { $0.set(CoralVariables.projection + "/act_quant/min", to: nil) }
        .contains("none of the layer Logits/Conv2d_1c_1x1_negative"))
    var variables = CoralVariables()
    variables.set(layer + "max", to: [-.infinity])
    let weights = try variables.weights()
    #expect(throws: CoralCheckpointError.self) {
      try PretrainedWeights(weights, for: CoralVariables.architecture)
    }
  }
}

@Suite("Ranges of pretrained models")
struct PretrainedRangesTests {
  @Test("A quantised model gives the ranges of its layers, a float model none", arguments: WeightGrid.allCases)
  func model(grid: WeightGrid) throws {
    let checkpoint = try CoralCheckpoint(CoralVariables().weights())
    var ranges = checkpoint.ranges
    ranges["Conv2d_4_pointwise"] = .init(lower: 0, upper: 5.5)
    let model = try checkpoint.network.quantizedModel(ranges: ranges, grid: grid)
    let found = try PretrainedWeights(model, for: CoralVariables.architecture).ranges
    #expect(Set(found.keys) == Set(CoralVariables.architecture.base.layerNames))
    for (layer, range) in found {
      let expected = try #require(ranges[layer])
      #expect(abs(range.lower - expected.lower) < 1e-5 && abs(range.upper - expected.upper) < 1e-5, "\(layer)")
    }
    #expect(try PretrainedWeights(checkpoint.network.floatModel(), for: CoralVariables.architecture).ranges.isEmpty)
  }

  @Test(
    "The base of Coral's extractor is exported with exactly its bytes",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func bytes() throws {
    let extractor = try Model(contentsOf: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    let start = try PretrainedWeights(extractor, for: .mobileNetV1())
    let rows = try #require(WeightTensor(shape: [1, 1024], Array(repeating: 1, count: 1024)))
    let network = ImprintableNetwork(architecture: .mobileNetV1(), base: start.weights, rows: rows, scale: 10)
    let model = try network.quantizedModel(ranges: start.ranges, grid: .uint8PerTensor)
    func kernels(_ model: Model) throws -> [Bytes] {
      try model.subgraphs[0].operators.prefix(27).map { op in
        try #require(model.subgraphs[0].tensor(op.inputs[1]).flatMap { model.constant($0) })
      }
    }
    let (ours, theirs) = (try kernels(model), try kernels(extractor))
    #expect(ours.count == 27)
    for (place, (one, other)) in zip(ours, theirs).enumerated() { #expect(one == other, "layer \(place)") }
  }
}
