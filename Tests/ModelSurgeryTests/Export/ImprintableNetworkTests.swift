import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Export of imprintable networks")
struct ImprintableNetworkTests {
  private static let rows: [Float] = [3, 4, 0, 0, 0, -2]

  private static func tensor(_ shape: [Int], _ elements: [Float]) throws -> WeightTensor {
    try #require(WeightTensor(shape: shape, elements))
  }

  /// The weights of the small network up to its mean.
  private static func base(
    _ change: (inout [(name: String, tensor: WeightTensor)]) throws -> Void = { _ in }
  ) rethrows -> NamedWeights {
    var weights = SmallNetwork.weights().filter { !$0.name.hasPrefix("fc.") }
    try change(&weights)
    return NamedWeights(weights)
  }

  private static func network(
    architecture: Architecture = SmallNetwork.architecture, base: NamedWeights? = nil,
    projection: WeightTensor? = WeightTensor(shape: [3, 4], (0..<12).map { Float($0) / 8 - 0.5 }),
    rows: WeightTensor? = nil, scale: Float = 20, labels: [String] = ["one", "two"]
  ) throws -> ImprintableNetwork {
    ImprintableNetwork(
      architecture: architecture, base: try base ?? Self.base(), projection: projection,
      rows: try rows ?? tensor([2, 3], Self.rows),
      scale: scale, labels: labels)
  }

  private static let ranges: [String: ActivationRanges.Range] = [
    "stem": .init(lower: 0, upper: 6), "deep": .init(lower: 0, upper: 5.1), "flat": .init(lower: -3, upper: 3),
    "sum": .init(lower: -4, upper: 8), "down": .init(lower: -2, upper: 2), "embedding": .init(lower: -1, upper: 1),
    "projection": .init(lower: 0.5, upper: 2),
  ]

  private func operators(_ model: Model) -> [String] { model.subgraphs[0].operators.map { model.name(of: $0) } }

  private func tensor(_ name: Text, of model: Model) throws -> Tensor {
    try #require(model.subgraphs[0].tensors.first { $0.name == name })
  }

  @Test("The layers that need ranges are those of the base and the projection, in order")
  func rangedLayers() throws {
    let names = ["stem", "deep", "flat", "sum", "down", "embedding"]
    #expect(try Self.network().rangedLayers == names + ["projection"])
    #expect(try Self.network(projection: nil).rangedLayers == names)
    #expect(Architecture.mobileNetV1().base.layerNames.count == 28)
  }

  @Test("The float model has Coral's layout, with nothing before the first convolution")
  func float() throws {
    let model = try Self.network().floatModel()
    try model.checkRunnable()
    #expect(
      operators(model) == [
        "CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "ADD", "DEPTHWISE_CONV_2D", "MEAN", "CONV_2D", "L2_NORMALIZATION",
        "CONV_2D", "MUL", "RESHAPE", "SOFTMAX",
      ])
    let tail = try ImprintingTail(of: model)
    #expect(tail.dimension == 3 && tail.classCount == 2 && tail.scale == 20)
    #expect(try tensor("embedding", of: model).shape == [1, 1, 1, 4])
    #expect(try tensor("Scores", of: model).shape == [1, 2])
    let rows = model.rows(of: tail).flatMap { $0.withUnsafeBytes { tail.rowEncoding.values($0) } }
    #expect(rows == [0.6, 0.8, 0, 0, 0, -1])
  }

  @Test("Every exported model describes its pictures and its classes")
  func metadata() throws {
    let network = try Self.network()
    for model in [
      try network.floatModel(), try network.quantizedModel(ranges: Self.ranges, grid: .uint8PerTensor),
      try network.quantizedModel(ranges: Self.ranges, grid: .int8PerChannel),
    ] {
      #expect(try model.pictureNormalization == PictureNormalization(mean: [127], deviation: [128]))
      #expect(try model.modelMetadata?.name == "small")
      #expect(model.labelFile?.contents == Bytes(Array("one\ntwo\n".utf8)))
      #expect(model.signatureDefs.first?.signatureKey == "serving_default")
    }
    #expect(try Self.network(labels: []).floatModel().labelFile == nil)
    // Quantisation with measured ranges reads the input's scale from this metadata.
    #expect(try Quantization(of: network.floatModel()).pixels == PixelScale(mean: 127, deviation: 128))
  }

  @Test("Every tensor of the uint8 model has the expected scale and zero point")
  func uint8() throws {
    let model = try Self.network().quantizedModel(ranges: Self.ranges, grid: .uint8PerTensor)
    try model.checkRunnable()
    #expect(operators(model) == operators(try Self.network().floatModel()))
    let expected: [(Text, Float, Int64)] = [
      ("image", 1 / 128, 127), ("stem", 6.0 / 255, 0), ("deep", 5.1 / 255, 0), ("flat", 6.0 / 255, 128),
      ("sum", 12.0 / 255, 85), ("down", 4.0 / 255, 128), ("embedding", 2.0 / 255, 128), ("projection", 2.0 / 255, 0),
      ("L2Norm", 1 / 128, 128), ("Conv2D", 1 / 128, 128), ("Mul", 20 / 128, 128), ("Logits", 20 / 128, 128),
      ("Scores", 1 / 256, 0), ("Scale", 20 / 255, 0), ("Weights", 1.8 / 254, 142),
    ]
    for (name, scale, zeroPoint) in expected {
      let found = try tensor(name, of: model)
      #expect(found.type == .uint8)
      #expect(found.quantization?.zeroPoint == [zeroPoint], "\(name)")
      #expect(abs((found.quantization?.scale.first ?? 0) / scale - 1) < 1e-6, "\(name)")
    }
    for layer in ["stem", "deep", "flat", "down", "projection"] {
      let kernel = try tensor(Text(layer + "/kernel"), of: model)
      #expect(kernel.type == .uint8 && kernel.quantization?.scale.count == 1)
      #expect(try tensor(Text(layer + "/bias"), of: model).type == .int32)
    }
    #expect(CompilerReadiness(of: model).remaining.isEmpty)
  }

  @Test("The int8 model has per-channel weights, but one scale for the class rows")
  func int8() throws {
    let model = try Self.network().quantizedModel(ranges: Self.ranges, grid: .int8PerChannel)
    try model.checkRunnable()
    for (name, zeroPoint) in [("image", -1), ("sum", -43), ("L2Norm", 0), ("Mul", 0), ("Scores", -128)]
      as [(Text, Int64)]
    {
      let found = try tensor(name, of: model)
      #expect(found.type == .int8 && found.quantization?.zeroPoint == [zeroPoint], "\(name)")
    }
    for (layer, count, dimension) in [("stem", 4, 0), ("deep", 4, 3), ("flat", 4, 0), ("projection", 3, 0)] {
      let kernel = try #require(tensor(Text(layer + "/kernel"), of: model).quantization)
      #expect(kernel.scale.count == count && kernel.quantizedDimension == dimension)
      let bias = try #require(tensor(Text(layer + "/bias"), of: model).quantization)
      #expect(bias.scale.count == count)
    }
    let tail = try ImprintingTail(of: model)
    let encoding = ElementEncoding.int8(scale: 1.0 / 127, zeroPoint: 0)
    #expect(tail.rowEncoding == encoding)
    #expect(abs(tail.scale - 20) < 1e-4)
  }

  @Test("An input or output of the other byte type adds a QUANTIZE", arguments: WeightGrid.allCases, ByteType.allCases)
  func ends(grid: WeightGrid, type: ByteType) throws {
    let network = try Self.network()
    let model = try network.quantizedModel(ranges: Self.ranges, grid: grid, input: type, output: type)
    try model.checkRunnable()
    let (input, output) = try model.onlyInputAndOutput()
    let expected: TensorType = type == .uint8 ? .uint8 : .int8
    let ends = [input, output].compactMap { model.subgraphs[0].tensor($0) }
    #expect(ends.map(\.type) == [expected, expected])
    #expect(ends.map(\.name) == ["image", "Scores"])
    let zeroPoints: [[Int64]?] = type == .uint8 ? [[127], [0]] : [[-1], [-128]]
    #expect(ends.map { $0.quantization?.zeroPoint } == zeroPoints)
    let conversions: Int = grid.byteType == type ? 0 : 2
    #expect(operators(model).count { $0 == "QUANTIZE" } == conversions)
  }

  @Test("The scale of the class rows leaves room for classes imprinted later")
  func room() throws {
    #expect(ImprintableNetwork.rowRoom(of: .mobileNetV1(), isProjected: false) == 0...0.5)
    #expect(ImprintableNetwork.rowRoom(of: .mobileNetV1(), isProjected: true) == -0.5...0.5)
    #expect(ImprintableNetwork.rowRoom(of: SmallNetwork.architecture, isProjected: false) == -0.5...0.5)
    let small = try Self.tensor([1, 4], [1, 1, 1, 1])
    let model = try Self.network(projection: nil, rows: small, labels: [])
      .quantizedModel(ranges: Self.ranges, grid: .uint8PerTensor)
    #expect(try ImprintingTail(of: model).rowEncoding == .uint8(scale: 1.0 / 254, zeroPoint: 128))
  }

  @Test("A layer of negligible weights beside its biases works per channel, but not with one scale")
  func deadChannel() throws {
    let base = try Self.base { weights in
      let place = try #require(weights.firstIndex { $0.name == "bn2.weight" })
      weights[place].tensor = try Self.tensor([4], [1e-30, 1e-36, 0, 1])
      let shift = try #require(weights.firstIndex { $0.name == "bn2.bias" })
      weights[shift].tensor = try Self.tensor([4], [0.5, -2, 1, 0])
    }
    let network = try Self.network(base: base)
    for grid in WeightGrid.allCases {
      let model = try network.quantizedModel(ranges: Self.ranges, grid: grid)
      let bias = try tensor("flat/bias", of: model)
      let units = try #require(bias.quantization?.scale)
      let steps = try #require(model.constant(bias)).withUnsafeBytes { bytes in
        (0..<4).map { Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) }
      }
      for (place, wanted) in ([0.5, -2, 1] as [Float]).enumerated() {
        #expect(abs(Float(steps[place]) * units[units.count == 1 ? 0 : place] - wanted) < 0.01, "\(grid)")
      }
    }
    let dead = try Self.network(
      base: Self.base { weights in
        let place = try #require(weights.firstIndex { $0.name == "bn2.weight" })
        weights[place].tensor = try Self.tensor([4], [1e-20, 1e-20, 1e-20, 1e-20])
      })
    _ = try dead.quantizedModel(ranges: Self.ranges, grid: .int8PerChannel)
    let error = #expect(throws: ExportError.self) {
      try dead.quantizedModel(ranges: Self.ranges, grid: .uint8PerTensor)
    }
    #expect(error?.message.contains("the layer flat cannot be stored in bytes: its bias 0") == true)
  }

  @Test("Missing and invalid ranges are refused")
  func badRanges() throws {
    let network = try Self.network()
    func refusal(_ layer: String, _ range: ActivationRanges.Range?) -> ExportError? {
      var ranges = Self.ranges
      ranges[layer] = range
      return #expect(throws: ExportError.self) { try network.quantizedModel(ranges: ranges, grid: .uint8PerTensor) }
    }
    for layer in network.rangedLayers { #expect(refusal(layer, nil) == .missingRange(layer: layer)) }
    for (lower, upper) in [(1, -1), (-.infinity, 1), (0, .infinity)] as [(Float, Float)] {
      #expect(
        refusal("sum", .init(lower: lower, upper: upper)) == .badRange(layer: "sum", lower: lower, upper: upper))
    }
    #expect(refusal("projection", .init(lower: .nan, upper: 1)) != nil)
    #expect(refusal("down", .init(lower: 0, upper: 1e-20))?.message.contains("no scale fits both") == true)
    #expect(refusal("embedding", .init(lower: 0, upper: 1e-9))?.message.contains("negligible relative") == true)
  }

  @Test("An error names the part whose shape or values are wrong")
  func badParts() throws {
    func refusal(_ network: ImprintableNetwork, _ message: String) {
      let error = #expect(throws: ExportError.self) { try network.floatModel() }
      #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }
    refusal(try Self.network(projection: nil), "the classes' rows have the shape [2, 3] instead of [classes, 4]")
    refusal(
      try Self.network(projection: Self.tensor([3, 5], Array(repeating: 1, count: 15))),
      "the projection has the shape [3, 5] instead of [outputs, 4]")
    refusal(
      try Self.network(projection: Self.tensor([3, 4], Array(repeating: .nan, count: 12))),
      "the projection holds a number")
    refusal(try Self.network(rows: Self.tensor([0, 3], [])), "the classes' rows have the shape [0, 3]")
    for row in [[0, 0, 0], [.nan, 1, 1], [.infinity, 1, 1]] as [[Float]] {
      refusal(try Self.network(rows: Self.tensor([2, 3], [1, 0, 0] + row)), "the row of the class 1 has the length")
    }
    for scale in [0, -1, .nan, .infinity, 1e-30] as [Float] {
      refusal(try Self.network(scale: scale), "the scale factor is \(scale)")
    }
    refusal(try Self.network(labels: ["one"]), "there are 1 labels for 2 classes")
    refusal(try Self.network(labels: ["one", "t\nwo"]), "holds a line break")
    var small = SmallNetwork.architecture
    small = Architecture(
      name: "small", side: 9, mean: -1, deviation: 128, epsilon: 1e-3, layers: small.layers)
    refusal(try Self.network(architecture: small), "is not a normalisation that 8-bit types can represent")
    let headless = Architecture(
      name: "headless", side: 9, mean: 127, deviation: 128, epsilon: 1e-3, layers: Array(small.layers.prefix(2)))
    refusal(try Self.network(architecture: headless), "headless has no mean")
    #expect(throws: ConversionError.self) { try Self.network(base: NamedWeights(SmallNetwork.weights())).floatModel() }
  }
}
