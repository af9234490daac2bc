import Platform
import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Quantised operators")
struct QuantizedOperatorsTests {
  private var pictures: [URL] {
    ["cat_train_0", "dog_train_0", "hotdog_train_0", "hotdog_train_1", "cat_test_0"].map(Material.coralPicture)
  }

  /// Returns numbers from −1 to 1 that are the same in every run.
  private func numbers(_ count: Int, seed: Int) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// Returns a model with every operator that can be quantised, from a picture to a vector, ending in a given operator.
  private func everything(_ end: BuiltinOperator) -> Model {
    var graph = FloatGraph()
    let picture = graph.tensor("picture", [1, 16, 16, 3])
    // The mean and deviation of each channel stay in the model.
    let means = graph.constant("means", [3], [0.1, -0.05, 0])
    let centred = graph.add(.sub, [picture, means], [1, 16, 16, 3], "centred", OperatorOptions(.sub))
    let deviations = graph.constant("deviations", [3], [1.5, 1.25, 2])
    let normal = graph.add(.mul, [centred, deviations], [1, 16, 16, 3], "normal", OperatorOptions(.mul))
    let border = graph.constant("border", [4, 2], [0, 0, 1, 1, 1, 1, 0, 0] as [Int32])
    let padded = graph.add(.pad, [normal, border], [1, 18, 18, 3], "padded", OperatorOptions(.pad))
    let kernel = graph.constant("kernel", [8, 3, 3, 3], numbers(216, seed: 1).map { $0 / 2 })
    let start = graph.constant("start", [8], numbers(8, seed: 5))
    let wide = graph.add(
      .conv2D, [padded, kernel, start], [1, 8, 8, 8], "wide",
      Conv2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2).options)
    let cut = graph.add(.relu, [wide], [1, 8, 8, 8], "cut")
    let swish = graph.add(.hardSwish, [wide], [1, 8, 8, 8], "swish", OperatorOptions(.hardSwish))
    let sum = graph.add(.add, [cut, swish], [1, 8, 8, 8], "sum", AddOptions(activation: .relu6).options)
    let deep = graph.constant("deep/kernel", [1, 3, 3, 8], numbers(72, seed: 2))
    let bias = graph.constant("deep/bias", [8], numbers(8, seed: 3))
    let along = graph.add(
      .depthwiseConv2D, [sum, deep, bias], [1, 8, 8, 8], "along", DepthwiseConv2DOptions().options)
    let six = graph.add(.relu6, [along], [1, 8, 8, 8], "six")
    let pools = Pool2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: 2, filterHeight: 2)
    let most = graph.add(.maxPool2D, [six], [1, 4, 4, 8], "most", pools.options)
    let mean = graph.add(.averagePool2D, [swish], [1, 4, 4, 8], "mean", pools.options)
    let both = graph.add(
      .concatenation, [most, mean], [1, 4, 4, 16], "both", ConcatenationOptions(axis: 3).options)
    let axes = graph.constant("axes", [2], [1, 2] as [Int32])
    let pooled = graph.add(
      .mean, [both, axes], [1, 1, 1, 16], "pooled", ReducerOptions(keepsDimensions: true).options)
    var squeezing = OperatorOptions(.squeeze)
    try? squeezing.set("squeeze_dims", to: .integers([1, 2]))
    let flat = graph.add(.squeeze, [pooled], [1, 16], "flat", squeezing)
    let shape = graph.constant("shape", [2], [1, 16] as [Int32])
    let vector = graph.add(.reshape, [flat, shape], [1, 16], "vector", ReshapeOptions(newShape: [1, 16]).options)
    let rows = graph.constant("rows", [10, 16], numbers(160, seed: 4))
    // Without a bias.
    let logits = graph.add(
      .fullyConnected, [vector, rows], [1, 10], "logits", FullyConnectedOptions().options)
    let options: OperatorOptions? =
      switch end {
      case .softmax: SoftmaxOptions(beta: 1).options
      case .l2Normalization: L2NormOptions().options
      default: nil
      }
    let last = graph.add(end, [logits], [1, 10], "end", options)
    return graph.finished(picture, last)
  }

  @Test(
    "Quantised operators compute the float results up to rounding, with every last operator",
    arguments: [BuiltinOperator.softmax, .logistic, .tanh, .l2Normalization])
  func alike(end: BuiltinOperator) async throws {
    let quantization = try Quantization(of: everything(end))
    let ranges = try await quantization.ranges(pictures: pictures)
    #expect(ranges.pictures == 5)
    // Tensors that only a RELU reads, that are only moved, or whose range is fixed are not measured.
    #expect(Set(ranges.ranges.keys).isDisjoint(with: ["along", "padded", "most", "mean", "both", "vector", "end"]))
    for type in ByteType.allCases {
      let quantized = try quantization.model(ranges: ranges, input: type, output: type)
      let agreement = try await QuantizationAgreement(of: quantization.source, and: quantized, pictures: pictures)
      #expect(agreement.cosine > 0.995, "\(end.name) \(type)")
      #expect(agreement.pictures == 5)
      let float = try Classifier(bytes: Bytes(quantization.source.serialized().bytes()))
      let bytes = try Classifier(bytes: Bytes(quantized.serialized().bytes()))
      for picture in pictures {
        let right = try await float.classify(picture, topK: 10).classes.sorted { $0.id < $1.id }
        let found = try await bytes.classify(picture, topK: 10).classes.sorted { $0.id < $1.id }
        for (one, other) in zip(right, found) { #expect(abs(one.score - other.score) < 0.1, "\(end.name) \(type)") }
      }
    }
  }

  @Test(
    "LiteRT's optimised and reference kernels give the same scores",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
  func interop() async throws {
    let script = """
      import json, sys
      import numpy as np
      from ai_edge_litert.interpreter import Interpreter, OpResolverType
      answers = []
      for kind in [OpResolverType.BUILTIN, OpResolverType.BUILTIN_REF]:
          model = Interpreter(sys.argv[1], experimental_op_resolver_type=kind)
          model.allocate_tensors()
          i, o = model.get_input_details()[0], model.get_output_details()[0]
          model.set_tensor(i["index"], np.fromfile(sys.argv[2], np.uint8).reshape(i["shape"]))
          model.invoke()
          answers.append(model.get_tensor(o["index"]).ravel().tolist())
      print(json.dumps(answers))
      """
    let quantization = try Quantization(of: everything(.softmax))
    let quantized = try await quantization.model(ranges: quantization.ranges(pictures: pictures))
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try quantized.serialized().write(to: file)
    let picture = try PictureReader(width: 16, height: 16).read(pictures[0])
    let input = folder.appending("picture")
    try Data(picture.pixels).write(to: input)
    let answers = try JSONDecoder().decode(
      [[Float]].self, from: Data(Python.run(script, [file.path, input.path]).utf8))
    let ranked = try await Classifier(contentsOf: file).classify(picture, topK: 10).classes.sorted { $0.id < $1.id }
    for answer in answers {
      #expect(answer.count == 10)
      for (one, other) in zip(answer, ranked) { #expect(abs(one / 256 - other.score) <= 2.5 / 256) }
    }
  }

  @Test("Rejects a network with infinite activations, naming the tensor")
  func overflow() async throws {
    var graph = FloatGraph()
    let picture = graph.tensor("picture", [1, 4, 4, 3])
    let large = graph.constant("large", [3], [3e38, 3e38, 3e38])
    let first = graph.add(.mul, [picture, large], [1, 4, 4, 3], "first", OperatorOptions(.mul))
    let second = graph.add(.mul, [first, large], [1, 4, 4, 3], "second", OperatorOptions(.mul))
    let axes = graph.constant("axes", [2], [1, 2] as [Int32])
    let mean = graph.add(.mean, [second, axes], [1, 3], "mean", ReducerOptions().options)
    let quantization = try Quantization(of: graph.finished(picture, mean))
    await #expect(throws: QuantizationError.notFinite(tensor: "\"second\"")) {
      try await quantization.ranges(pictures: pictures)
    }
  }

  @Test("Reports unreadable pictures, and fails if no picture is readable")
  func unreadable() async throws {
    let quantization = try Quantization(of: everything(.softmax))
    let folder = try TemporaryFolder()
    let broken = folder.appending("broken.jpg")
    try Data("no picture".utf8).write(to: broken)
    var skipped = 0
    let ranges = try await quantization.ranges(pictures: [broken, pictures[0]], skipped: { _ in skipped += 1 })
    #expect(ranges.pictures == 1)
    #expect(skipped == 1)
    await #expect(throws: InferenceError.noPictures) { try await quantization.ranges(pictures: [broken]) }
    await #expect(throws: InferenceError.noPictures) { try await quantization.ranges(pictures: []) }
  }

  @Test("Probes cover all activations, split into models by the size limit")
  func probes() throws {
    let quantization = try Quantization(of: everything(.softmax))
    for limit in [1, 2000, 1 << 20] {
      let probes = try quantization.probes(limit: limit)
      #expect(probes.flatMap { $0.parts.map(\.activation) } == quantization.activations)
      #expect(probes.count == (limit == 1 ? quantization.activations.count : limit == 2000 ? 3 : 1), "\(limit)")
      for probe in probes {
        try probe.model.checkRunnable()
        #expect(
          probe.parts.last.map(\.range.upperBound) == probe.model.subgraphs[0].tensors.last.map { Int($0.shape[1]) })
      }
    }
  }

  @Test("Ranges are written and read as JSON; other files are rejected")
  func file() async throws {
    let folder = try TemporaryFolder()
    let quantization = try Quantization(of: everything(.softmax))
    let ranges = try await quantization.ranges(pictures: pictures)
    let file = folder.appending("ranges.json")
    try ranges.write(to: file)
    #expect(try ActivationRanges(contentsOf: file) == ranges)
    let bad = [
      "", "[]", "{}", #"{"model": "0", "pictures": 1, "ranges": {"a": [0]}}"#,
      #"{"model": "0", "pictures": 1, "ranges": {"a": [0, 1e99]}}"#, #"{"model": 0, "pictures": 1, "ranges": {}}"#,
    ]
    for text in bad {
      try Data(text.utf8).write(to: file)
      #expect(throws: QuantizationError.self, "\(text)") { try ActivationRanges(contentsOf: file) }
    }
    #expect(throws: QuantizationError.self) { try ActivationRanges(contentsOf: folder.appending("none")) }
  }

  @Test("Rejects tensors that would need two scales at once")
  func collisions() async throws {
    for (left, right) in [(BuiltinOperator.logistic, BuiltinOperator.tanh), (.logistic, .add)] {
      var graph = FloatGraph()
      let picture = graph.tensor("picture", [1, 4, 4, 3])
      let tenfold = graph.constant("tenfold", [1], [10] as [Float])
      let wide = graph.add(.add, [picture, tenfold], [1, 4, 4, 3], "wide", AddOptions().options)
      let one = graph.add(left, [wide], [1, 4, 4, 3], "one")
      let other = right == .add ? wide : graph.add(right, [wide], [1, 4, 4, 3], "other")
      let both = graph.add(
        .concatenation, [one, other], [1, 4, 4, 6], "both", ConcatenationOptions(axis: 3).options)
      let axes = graph.constant("axes", [2], [1, 2] as [Int32])
      let mean = graph.add(.mean, [both, axes], [1, 6], "mean", ReducerOptions().options)
      let last = graph.add(.relu, [mean], [1, 6], "last")
      let quantization = try Quantization(of: graph.finished(picture, last))
      let ranges = try await quantization.ranges(pictures: Array(pictures.prefix(1)))
      let error = #expect(throws: QuantizationError.self) { try quantization.model(ranges: ranges) }
      #expect(error?.description.contains("two different scales") == true, "\(left.name) \(right.name)")
    }
  }
}
