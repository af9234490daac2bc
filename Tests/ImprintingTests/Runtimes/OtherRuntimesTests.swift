import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

/// Runs written models in other runtimes, which know only the file.
@Suite("Written models in other runtimes")
struct OtherRuntimesTests {
  private let folder: TemporaryFolder
  private static let flowers = ["sunflower", "tulip", "windflower"]

  init() throws { folder = try TemporaryFolder() }

  /// Returns a model that learnt three flowers from 8 pictures each, and one more picture of each flower.
  private func taught(_ base: Bytes) async throws -> (file: URL, pictures: [PixelTensor]) {
    let engine = try ImprintingEngine(bytes: base)
    let reader = try PictureReader(width: engine.input.width, height: engine.input.height)
    var testPictures: [PixelTensor] = []
    for (id, flower) in Self.flowers.enumerated() {
      let files = try PictureFiles.pictures(at: Material.flowers17.appending(path: flower))
      try await engine.train(files.prefix(8).map { try reader.read($0) }, classID: id)
      try await engine.setName(flower, of: id)
      testPictures.append(try reader.read(files[40]))
    }
    let file = folder.appending("taught.tflite")
    try await engine.save(to: file)
    return (file, testPictures)
  }

  private func write(_ pictures: [PixelTensor]) throws -> [String] {
    try pictures.enumerated().map { number, picture in
      let file = folder.appending("picture-\(number)")
      try Data(picture.pixels).write(to: file)
      return file.path
    }
  }

  private func classifierScores(_ file: URL, _ pictures: [PixelTensor]) async throws -> [[Float]] {
    let classifier = try Classifier(contentsOf: file, execution: .exact)
    var scores: [[Float]] = []
    for picture in pictures {
      let ranked = try await classifier.classify(picture, topK: classifier.classCount).classes
      scores.append(ranked.sorted { $0.id < $1.id }.map(\.score))
    }
    return scores
  }

  /// Returns the labels and scores of MediaPipe's `ImageClassifier`.
  private func mediaPipe(_ file: URL, _ pictures: [PixelTensor], top: Int = -1) throws -> [[Answer]] {
    let script =
      Python.standIns + """
        import json, numpy, mediapipe
        from mediapipe.tasks.python import BaseOptions, vision
        options = vision.ImageClassifierOptions(BaseOptions(model_asset_path=sys.argv[1]), max_results=int(sys.argv[2]))
        width, height = int(sys.argv[3]), int(sys.argv[4])
        answers = []
        with vision.ImageClassifier.create_from_options(options) as classifier:
            for path in sys.argv[5:]:
                pixels = numpy.fromfile(path, numpy.uint8).reshape(height, width, 3)
                image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
                found = classifier.classify(image).classifications[0].categories
                answers.append([{"id": c.index, "label": c.category_name, "score": c.score} for c in found])
        print(json.dumps(answers))
        """
    let printed = try Python.run(
      script, [file.path, "\(top)", "\(pictures[0].width)", "\(pictures[0].height)"] + write(pictures))
    return try JSONDecoder().decode([[Answer]].self, from: Data(printed.utf8))
  }

  private struct Answer: Decodable {
    let id: Int
    let label: String?
    let score: Float
  }

  @Test(
    "MediaPipe's ImageClassifier recognises the taught classes, with uint8 and float base models",
    .enabled(if: Python.hasMediaPipe, Comment(rawValue: Python.mediaPipeNeed)), arguments: [false, true])
  func taughtInMediaPipe(isFloat: Bool) async throws {
    let base: Bytes
    if isFloat {
      try #require(Material.hasWeights, Comment(rawValue: Material.weightsNeed))
      let network = try Architecture.efficientNetLite0.model(weights: NamedWeights(contentsOf: Material.weights))
      base = Bytes(try Adaptation(of: network).model().serialized().bytes())
    } else {
      base = try Bytes(mapping: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    }
    let (file, pictures) = try await taught(base)
    let answers = try mediaPipe(file, pictures)
    let scores = try await classifierScores(file, pictures)
    #expect(answers.map { $0.first?.label } == Self.flowers)
    for (answer, scores) in zip(answers, scores) {
      for found in answer { #expect(abs(found.score - scores[found.id]) < 0.02, "\(found)") }
    }
  }

  @Test(
    "MediaPipe's ImageClassifier recognises the base classes of an adapted model",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
    .enabled(if: Python.hasMediaPipe, Comment(rawValue: Python.mediaPipeNeed)))
  func adaptedInMediaPipe() async throws {
    var model = try Adaptation(of: Model(contentsOf: Material.model("mobilenet_v2_1.0_224_quant"))).model()
    let labels = try Labels(contentsOf: Material.root.appending(path: "models/imagenet_labels.txt"))
    try model.describeClassifier(name: "MobileNet", labels: labels.lines(count: 1001))
    let file = folder.appending("adapted.tflite")
    try model.serialized().write(to: file)
    let reader = try PictureReader(width: 224, height: 224, resize: .crop(fraction: 0.875))
    let pictures = try PictureFiles.pictures(at: Material.imagenetSample).enumerated().filter { $0.offset % 100 == 4 }
      .map { try reader.read($0.element) }
    let answers = try mediaPipe(file, pictures, top: 1)
    for (answer, scores) in zip(answers, try await classifierScores(file, pictures)) {
      let best = try #require(scores.indices.max { scores[$0] < scores[$1] })
      #expect(answer.first?.label == labels[best])
      #expect(abs((answer.first?.score ?? 0) - scores[best]) < 0.02)
    }
  }

  @Test(
    "The runtime of TensorFlow Lite 2.14 gives the same answers",
    .enabled(if: Python.hasOlderRuntime, Comment(rawValue: Python.olderNeed)),
    arguments: ["mobilenet_v1_1.0_224_quant_embedding_extractor", "mobilenet_v1_0.25_128_quant"])
  func older(name: String) async throws {
    var base = try Model(contentsOf: Material.model(name))
    if try ClassifierHead.find(in: base) != nil { base = try Adaptation(of: base).model() }
    let (file, pictures) = try await taught(Bytes(base.serialized().bytes()))
    let script = """
      import sys, json, numpy as np
      from tflite_runtime.interpreter import Interpreter
      it = Interpreter(sys.argv[1])
      it.allocate_tensors()
      i, o = it.get_input_details()[0], it.get_output_details()[0]
      answers = []
      for path in sys.argv[2:]:
          it.set_tensor(i["index"], np.fromfile(path, np.uint8).reshape(i["shape"]))
          it.invoke()
          scale, zero = o["quantization"]
          scores = it.get_tensor(o["index"]).reshape(-1).astype(np.float32)
          answers.append(((scores - zero) * np.float32(scale) if scale else scores).tolist())
      print(json.dumps(answers))
      """
    let printed = try Python.run(script, [file.path] + write(pictures), executable: Python.olderExecutable)
    let otherScores = try JSONDecoder().decode([[Float]].self, from: Data(printed.utf8))
    let scores = try await classifierScores(file, pictures)
    #expect(otherScores.count == scores.count)
    #expect(otherScores.map { $0.firstIndex(of: $0.max() ?? 0) } == scores.map { $0.firstIndex(of: $0.max() ?? 0) })
    for (left, right) in zip(otherScores, scores) {
      // The older kernels sometimes round the uint8 layers differently by one step.
      #expect(left.count == 3 && zip(left, right).allSatisfy { abs($0 - $1) < 0.02 }, "\(left) \(right)")
    }
  }

  @Test(
    "An int8 model gives the same answers in TensorFlow Lite Micro",
    .enabled(if: Python.hasMicro, Comment(rawValue: Python.microNeed)))
  func micro() async throws {
    let engine = try ImprintingEngine(bytes: Bytes(SmallQuantizedExtractor.model().serialized().bytes()))
    let colours: [(name: String, pixel: [UInt8])] = [
      ("red", [220, 40, 30]), ("green", [20, 200, 60]), ("blue", [30, 50, 210]),
    ]
    let pictures = try colours.map { colour in
      try #require(PixelTensor(width: 8, height: 8, pixels: (0..<64).flatMap { _ in colour.pixel }))
    }
    for (id, colour) in colours.enumerated() {
      try await engine.train([pictures[id]], classID: id)
      try await engine.setName(colour.name, of: id)
    }
    let file = folder.appending("colours.tflite")
    try await engine.save(to: file)
    let otherScores = try micro(file, pictures)
    let scores = try await classifierScores(file, pictures)
    #expect(otherScores.map { $0.firstIndex(of: $0.max() ?? 0) } == [0, 1, 2])
    for (left, right) in zip(otherScores, scores) {
      #expect(left.count == 3 && zip(left, right).allSatisfy { abs($0 - $1) < 0.01 }, "\(left) \(right)")
    }
  }

  @Test(
    "The default model with an analytic head gives the same classes in TensorFlow Lite Micro",
    .enabled(if: Python.hasMicro && Material.hasWeights, Comment(rawValue: Python.microNeed)))
  func defaultModelInMicro() async throws {
    let base = folder.appending("default.tflite")
    try DefaultModel.make(weights: Material.weights).serialized().write(to: base)
    let teacher = try Teacher(model: base)
    let files = try Self.flowers.map { try PictureFiles.pictures(at: Material.flowers17.appending(path: $0)) }
    try await teacher.learn(
      zip(Self.flowers, files).map { LabelledPictures.Class(name: $0, pictures: Array($1.prefix(6))) })
    let file = folder.appending("flowers.tflite")
    try await teacher.save(to: file)
    let reader = try PictureReader(width: 224, height: 224)
    let pictures = try files.map { try reader.read($0[40]) }
    let otherScores = try micro(file, pictures)
    #expect(otherScores.map { $0.firstIndex(of: $0.max() ?? 0) } == [0, 1, 2])
    for (left, right) in zip(otherScores, try await classifierScores(file, pictures)) {
      // Other kernels sometimes round the int8 layers differently.
      #expect(left.count == 3 && zip(left, right).allSatisfy { abs($0 - $1) < 0.1 }, "\(left) \(right)")
    }
  }

  /// Returns the scores of TensorFlow Lite Micro's interpreter.
  private func micro(_ file: URL, _ pictures: [PixelTensor]) throws -> [[Float]] {
    let script =
      Python.standIns + """
        import json, numpy
        from tflite_micro import runtime
        interpreter = runtime.Interpreter.from_file(sys.argv[1], arena_size=1 << 24)
        details = interpreter.get_input_details(0)
        answers = []
        for path in sys.argv[2:]:
            pixels = numpy.fromfile(path, numpy.uint8).reshape(details["shape"])
            interpreter.set_input((pixels ^ 0x80).view(numpy.int8) if details["dtype"] == numpy.int8 else pixels, 0)
            interpreter.invoke()
            answers.append(interpreter.get_output(0).reshape(-1).astype(float).tolist())
        print(json.dumps(answers))
        """
    let printed = try Python.run(script, [file.path] + write(pictures))
    return try JSONDecoder().decode([[Float]].self, from: Data(printed.utf8))
  }
}
