import Foundation
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Imprinting
@testable import Inference

@Suite("Exported networks that can be imprinted")
struct ExportedNetworkTests {
  /// A format that a network is exported in.
  enum Form: CaseIterable {
    case float, uint8, int8, int8BetweenUInt8

    func model(_ network: ImprintableNetwork, _ ranges: [String: ActivationRanges.Range]) throws -> Model {
      switch self {
      case .float: try network.floatModel()
      case .uint8: try network.quantizedModel(ranges: ranges, grid: .uint8PerTensor)
      case .int8: try network.quantizedModel(ranges: ranges, grid: .int8PerChannel)
      case .int8BetweenUInt8:
        try network.quantizedModel(ranges: ranges, grid: .int8PerChannel, input: .uint8, output: .uint8)
      }
    }
  }

  /// The MobileNet v1 0.25 with a projection to 64 dimensions and rows for five classes, exported in all formats with
  /// measured ranges.
  private struct Written {
    let network: ImprintableNetwork
    let ranges: [String: ActivationRanges.Range]
    let files: [Form: Bytes]

    init() async throws {
      let coral = try CoralMobileNet("mobilenet_v1_0.25_128_quant", multiplier: 0.25, side: 128)
      network = ImprintableNetwork(
        architecture: coral.architecture, base: coral.base,
        projection: try ExportedNetworkTests.numbers([64, 256], seed: 1),
        rows: try ExportedNetworkTests.numbers([5, 64], seed: 2), scale: 20, labels: ["a", "b", "c", "d", "e"])
      let pictures = try ExportedNetworkTests.flowers(each: 40)
      ranges = try await Quantization(of: network.floatModel()).ranges(pictures: pictures).ranges
      var files: [Form: Bytes] = [:]
      for form in Form.allCases { files[form] = Bytes(try form.model(network, ranges).serialized().bytes()) }
      self.files = files
    }

    func file(_ form: Form) throws -> Bytes { try #require(files[form]) }
  }

  private static let written = Task<Written, any Error> { try await Written() }

  /// Returns numbers from −1 to 1 that are the same in every run.
  private static func numbers(_ shape: [Int], seed: Int) throws -> WeightTensor {
    var generator = SeededGenerator(seed: seed)
    let elements = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &generator) }
    return try #require(WeightTensor(shape: shape, elements))
  }

  private static func flowers(each step: Int) throws -> [URL] {
    try PictureFiles.pictures(at: Material.flowers17).enumerated().filter { $0.offset % step == 0 }.map(\.element)
  }

  private static func pictures(_ flower: String, _ range: Range<Int>, side: Int = 128) throws -> [PixelTensor] {
    let reader = try PictureReader(width: side, height: side)
    return try PictureFiles.pictures(at: Material.flowers17.appending(path: flower))[range].map { try reader.read($0) }
  }

  private static func cosine(_ one: [Float], _ other: [Float]) -> Float {
    func product(_ one: [Float], _ other: [Float]) -> Float { zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } }
    return product(one, other) / (product(one, one) * product(other, other)).squareRoot()
  }

  /// Returns the features of pictures, before any normalisation.
  private static func features(of file: Bytes, _ pictures: [URL]) async throws -> [[Float]] {
    let extractor = try Extractor(bytes: file, execution: .exact)
    var features: [[Float]] = []
    try await extractor.embed(pictures) { _, picture in
      features.append(extractor.space.steps(try picture.get().embeddings))
    }
    return features
  }

  @Test("Float: the embedding has length 1, and the scores are the softmax of s times the cosines to the rows")
  func floatAnswers() async throws {
    let written = try await Self.written.value
    let file = try written.file(.float)
    let picture = try Self.pictures("iris", 0..<1)
    let embedding = try #require(try await ImprintingEngine(bytes: file).embed(picture).first).values
    #expect(embedding.count == 64)
    #expect(abs(embedding.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    #expect(embedding.contains { $0 < 0 })
    let rows = written.network.rows.elements
    let exponents = (0..<5).map { exp(20 * Self.cosine(Array(rows[64 * $0..<64 * $0 + 64]), embedding)) }
    let classes = try await Classifier(bytes: file, execution: .exact).classify(picture[0], topK: 5).classes
    #expect(classes.count == 5)
    for found in classes {
      #expect(abs(found.score - exponents[found.id] / exponents.reduce(0, +)) < 1e-4)
      #expect(found.label == ["a", "b", "c", "d", "e"][found.id])
    }
  }

  @Test("Quantised: embeddings agree with the float model's (cosine at least 0.98)", arguments: [Form.uint8, .int8])
  func agreement(form: Form) async throws {
    let written = try await Self.written.value
    let pictures = try ["iris", "daisy", "tigerlily"].flatMap { try Self.pictures($0, 5..<7) }
    let exact = try await ImprintingEngine(bytes: written.file(.float)).embed(pictures)
    let stored = try await ImprintingEngine(bytes: written.file(form)).embed(pictures)
    for (one, other) in zip(exact, stored) {
      let cosine = Self.cosine(one.values, other.values)
      #expect(cosine >= 0.98)
    }
  }

  @Test(
    "Quantised: scores agree with the float model's within 0.15", arguments: [Form.uint8, .int8, .int8BetweenUInt8])
  func scores(form: Form) async throws {
    let written = try await Self.written.value
    let float = try Classifier(bytes: written.file(.float), execution: .exact)
    let stored = try Classifier(bytes: written.file(form), execution: .exact)
    let quick = try Classifier(bytes: written.file(form), execution: Execution(arithmetic: .int8))
    for picture in try Self.pictures("sunflower", 0..<3) {
      let expected = try await float.classify(picture, topK: 5).classes.sorted { $0.id < $1.id }
      for classifier in [stored, quick] {
        let found = try await classifier.classify(picture, topK: 5).classes.sorted { $0.id < $1.id }
        #expect(found.map(\.label) == expected.map(\.label))
        for (one, other) in zip(found, expected) { #expect(abs(one.score - other.score) < 0.15) }
      }
    }
  }

  @Test("Reading and writing an exported model gives the same bytes", arguments: Form.allCases)
  func reread(form: Form) async throws {
    let written = try await Self.written.value
    let file = try written.file(form)
    #expect(Bytes(try Model(bytes: file).serialized().bytes()) == file)
    #expect(Bytes(try form.model(written.network, written.ranges).serialized().bytes()) == file)
  }

  @Test(
    "The imprinting engine opens an exported network and teaches it flowers", arguments: [Form.float, .uint8, .int8])
  func imprinted(form: Form) async throws {
    let file = try await Self.written.value.file(form)
    #expect(await (try ImprintingEngine(bytes: file, keepClasses: true)).classCount == 5)
    let engine = try ImprintingEngine(bytes: file)
    let flowers = ["daisy", "bluebell", "sunflower"]
    for (id, flower) in flowers.enumerated() { try await engine.train(Self.pictures(flower, 0..<8), classID: id) }
    let classifier = try Classifier(bytes: Bytes(try await engine.serialized().bytes()))
    var right = 0
    for (id, flower) in flowers.enumerated() {
      for picture in try Self.pictures(flower, 70..<76) {
        if try await classifier.classify(picture, topK: 1).classes.first?.id == id { right += 1 }
      }
    }
    #expect(right >= 15, "\(right) of 18")
  }

  @Test("A teacher opens an exported network, teaches it flowers and can keep its classes", arguments: Form.allCases)
  func taught(form: Form) async throws {
    let folder = try TemporaryFolder()
    let base = folder.appending("base.tflite")
    try await Data(Self.written.value.file(form)).write(to: base)
    let flowers = try ["daisy", "bluebell", "sunflower"].map { flower in
      LabelledPictures.Class(
        name: flower, pictures: try PictureFiles.pictures(at: Material.flowers17.appending(path: flower)))
    }
    let lessons = flowers.map { LabelledPictures.Class(name: $0.name, pictures: Array($0.pictures.prefix(8))) }
    let teacher = try Teacher(model: base)
    try await teacher.learn(lessons)
    let file = folder.appending("flowers.tflite")
    try await teacher.save(to: file)
    let classifier = try Classifier(contentsOf: file, unknown: .never)
    var right = 0
    for flower in flowers {
      for picture in flower.pictures[70..<76] {
        if try await classifier.classify(picture, topK: 1).classes.first?.label == flower.name { right += 1 }
      }
    }
    #expect(right >= 15, "\(right) of 18")
    let keeper = try Teacher(model: base, keepClasses: true)
    try await keeper.learn(lessons)
    let names = await keeper.labels
    #expect(names.lines(count: await keeper.classCount) == ["a", "b", "c", "d", "e", "daisy", "bluebell", "sunflower"])
  }

  @Test("An exported uint8 model is ready for the Edge TPU's compiler")
  func readiness() async throws {
    let model = try await Model(bytes: Self.written.value.file(.uint8))
    let readiness = CompilerReadiness(of: model)
    #expect(readiness.isReady)
    #expect(readiness.remaining.isEmpty)
    #expect(readiness.mapped == model.mainSubgraph?.operators.count)
  }

  @Test(
    "LiteRT's Python interpreter gives the same scores",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)), arguments: Form.allCases)
  func interop(form: Form) async throws {
    let script = """
      import sys, json, numpy as np
      from ai_edge_litert.interpreter import Interpreter
      model = Interpreter(sys.argv[1])
      run = model.get_signature_runner("serving_default")
      i, o = model.get_input_details()[0], model.get_output_details()[0]
      picture = np.fromfile(sys.argv[2], np.uint8).reshape(i["shape"])
      if i["dtype"] == np.float32:
          picture = (picture.astype(np.float32) - 128) / 128
      elif i["dtype"] == np.int8:
          picture = (picture ^ 128).view(np.int8)
      scores = run(image=picture)["Scores"][0].astype(np.float32)
      scale, zero = o["quantization"]
      print(json.dumps((scores if scale == 0 else (scores - zero) * np.float32(scale)).tolist()))
      """
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try await Data(Self.written.value.file(form)).write(to: file)
    let picture = try #require(try Self.pictures("pansy", 3..<4).first)
    let input = folder.appending("picture")
    try Data(picture.pixels).write(to: input)
    let scores = try JSONDecoder().decode([Float].self, from: Data(Python.run(script, [file.path, input.path]).utf8))
    for found in try await Classifier(contentsOf: file, execution: .exact).classify(picture, topK: 5).classes {
      #expect(abs(scores[found.id] - found.score) < 1e-4)
    }
  }

  @Test("Coral's extractor, read as a network and exported again, gives the same features")
  func coral() async throws {
    let name = "mobilenet_v1_1.0_224_quant_embedding_extractor"
    let coral = try CoralMobileNet(name, multiplier: 1, side: 224)
    let network = ImprintableNetwork(
      architecture: coral.architecture, base: coral.base, rows: try Self.numbers([2, 1024], seed: 3), scale: 40)
    let pictures = try Self.flowers(each: 300)
    try #require(pictures.count == 5)
    let expected = try await Self.features(of: Bytes(mapping: Material.model(name)), pictures)
    for grid in WeightGrid.allCases {
      let model = try network.quantizedModel(ranges: coral.ranges, grid: grid)
      let found = try await Self.features(of: Bytes(try model.serialized().bytes()), pictures)
      for (one, other) in zip(expected, found) {
        let cosine = Self.cosine(one, other)
        #expect(cosine >= (grid == .uint8PerTensor ? 0.999 : 0.99), "\(grid)")
      }
    }
  }

  @Test(
    "EfficientNet-Lite0, with its residual sums, gives the float features when quantised",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)), arguments: WeightGrid.allCases)
  func efficientNet(grid: WeightGrid) async throws {
    let all = try NamedWeights(contentsOf: Material.weights)
    let base = Architecture.efficientNetLite0.base.weights.compactMap { name, _ in all[name].map { (name, $0) } }
    let network = ImprintableNetwork(
      architecture: .efficientNetLite0, base: NamedWeights(base), rows: try Self.numbers([2, 1280], seed: 4), scale: 40)
    let ranges = try #require(Architecture.efficientNetLite0.recordedRanges).ranges
    let pictures = try Self.flowers(each: 400)
    let float = try await Self.features(of: Bytes(network.floatModel().serialized().bytes()), pictures)
    let model = try network.quantizedModel(ranges: ranges, grid: grid)
    let stored = try await Self.features(of: Bytes(model.serialized().bytes()), pictures)
    for (one, other) in zip(float, stored) {
      let cosine = Self.cosine(one, other)
      // Per-tensor scales of depthwise layers cost accuracy unless the network was trained for them.
      #expect(cosine >= (grid == .int8PerChannel ? 0.97 : 0.7))
    }
  }

  @Test("Extreme ranges give a runnable model or an error", arguments: WeightGrid.allCases)
  func extremeRanges(grid: WeightGrid) async throws {
    let architecture = Architecture(
      name: "wild", side: 5, mean: 127, deviation: 128, epsilon: 1e-3,
      layers: [
        .convolution(name: "stem", weights: "stem", normalization: "bn0", outputs: 4, window: 3, activation: .relu6),
        .residual(
          name: "sum",
          [
            .depthwise(name: "deep", weights: "deep", normalization: "bn1", window: 3),
            .convolution(name: "flat", weights: "flat", normalization: "bn2", outputs: 4, window: 1),
          ]),
        .mean(name: "embedding"),
      ])
    let weights = try architecture.weights.enumerated().map { place, tensor in
      let numbers = try Self.numbers(tensor.shape, seed: place)
      let positive = WeightTensor(shape: tensor.shape, numbers.elements.map { abs($0) })
      return (tensor.name, tensor.name.hasSuffix("running_var") ? try #require(positive) : numbers)
    }
    let network = ImprintableNetwork(
      architecture: architecture, base: NamedWeights(weights), projection: try Self.numbers([3, 4], seed: 20),
      rows: try Self.numbers([2, 3], seed: 21), scale: 10)
    let picture = try #require(PixelTensor(width: 5, height: 5, pixels: (0..<75).map { UInt8(3 * $0) }))
    var (runnable, rejected) = (0, 0)
    for layer in network.rangedLayers {
      for exponent in stride(from: Float(-149), through: 127, by: 12) {
        var ranges = Dictionary(
          uniqueKeysWithValues: network.rangedLayers.map { ($0, ActivationRanges.Range(lower: -4, upper: 4)) })
        ranges[layer] = .init(lower: -exp2(exponent), upper: exp2(exponent))
        do {
          let model = try network.quantizedModel(ranges: ranges, grid: grid)
          #expect(
            model.subgraphs[0].tensors.allSatisfy { tensor in
              tensor.quantization?.scale.allSatisfy { $0.isNormal && $0 > 0 } != false
            })
          let classifier = try Classifier(bytes: Bytes(model.serialized().bytes()), execution: .exact)
          #expect(try await classifier.classify(picture).classes.count == 2)
          runnable += 1
        } catch is ExportError {
          rejected += 1
        }
      }
    }
    #expect(runnable > 20 && rejected > 20, "\(runnable) \(rejected)")
  }
}
