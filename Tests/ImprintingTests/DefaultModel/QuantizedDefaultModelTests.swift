import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "The quantised default model",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)),
  .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)))
struct QuantizedDefaultModelTests {
  private static func quantized(_ type: ByteType = .uint8) throws -> Model {
    let weights = try NamedWeights(contentsOf: Material.weights)
    return try Architecture.efficientNetLite0.quantizedModel(weights: weights, input: type, output: type)
  }

  private static func flowers(each step: Int) throws -> [URL] {
    try PictureFiles.pictures(at: Material.flowers17).enumerated().filter { $0.offset % step == 0 }.map(\.element)
  }

  @Test("Needs no calibration pictures and loses at most 1.5 points of ImageNet accuracy")
  func accuracy() async throws {
    let model = try Self.quantized()
    let file = try model.serialized().bytes()
    #expect(file.count < 5_500_000)
    let classifier = try Classifier(bytes: Bytes(file), resize: .crop(fraction: 0.875))
    let pictures = try PictureFiles.pictures(at: Material.imagenetSample)
    try #require(pictures.count == 500)
    var right = 0
    try await classifier.answers(pictures, topK: 1) { index, result in
      if try result.get().best?.id == Int(pictures[index].lastPathComponent.prefix(4)) { right += 1 }
    }
    // The float model reaches 0.872.
    #expect(Double(right) / 500 >= 0.872 - 0.015, "\(right) of 500")
  }

  @Test("Embeddings agree with the float model's (cosine at least 0.995)", arguments: ByteType.allCases)
  func embeddings(type: ByteType) async throws {
    let float = try Architecture.efficientNetLite0.model(weights: NamedWeights(contentsOf: Material.weights))
    let agreement = try await QuantizationAgreement(
      of: float, and: Self.quantized(type), pictures: Self.flowers(each: 20))
    #expect(agreement.pictures == 68)
    #expect(agreement.cosine >= 0.995)
  }

  @Test("The recorded ranges agree with ranges measured on pictures")
  func ranges() async throws {
    let float = try Architecture.efficientNetLite0.model(weights: NamedWeights(contentsOf: Material.weights))
    let quantization = try Quantization(of: float)
    let recorded = try #require(Architecture.efficientNetLite0.recordedRanges)
    #expect(recorded.model == quantization.fingerprint)
    #expect(Set(recorded.ranges.keys) == Set(quantization.activations.map(\.name)))
    let measured = try await quantization.ranges(pictures: Self.flowers(each: 80))
    for (name, range) in measured.ranges {
      let known = try #require(recorded.ranges[name])
      let (width, other) = (range.upper - range.lower, known.upper - known.lower)
      #expect(width < 1.5 * other && other < 1.8 * width, "\(name) \(range) \(known)")
    }
  }

  @Test("Rejects recorded ranges for other weights, and architectures without recorded ranges")
  func otherWeights() throws {
    let weights = try NamedWeights(contentsOf: Material.weights)
    let mobileNet = Architecture.mobileNetV1()
    #expect(mobileNet.recordedRanges == nil)
    #expect(throws: QuantizationError.noRecordedRanges(architecture: "mobilenet-v1-1.0")) {
      try mobileNet.quantizedModel(weights: weights)
    }
    let recorded = try #require(Architecture.efficientNetLite0.recordedRanges)
    var builder = GraphBuilder()
    let picture = try builder.input("image", shape: [1, 4, 4, 3])
    let other = try Quantization(of: builder.finish(with: try builder.mean(picture, axes: [1, 2], name: "stem")))
    #expect(throws: QuantizationError.self) { try other.model(ranges: recorded) }
  }

  @Test(
    "LiteRT's Python interpreter gives the same scores; its delegate runs every layer up to the softmax",
    .enabled(if: Python.isPresent, Comment(rawValue: Python.need)), arguments: ByteType.allCases)
  func interop(type: ByteType) async throws {
    let script = """
      import sys, json, numpy as np
      from ai_edge_litert.interpreter import Interpreter
      model = Interpreter(sys.argv[1])
      model.allocate_tensors()
      names = {d["index"]: d["name"] for d in model.get_tensor_details()}
      delegated = [op for op in model._get_ops_details() if op["op_name"] == "DELEGATE"]
      i, o = model.get_input_details()[0], model.get_output_details()[0]
      picture = np.fromfile(sys.argv[2], np.uint8).reshape(i["shape"])
      model.set_tensor(i["index"], picture if i["dtype"] == np.uint8 else (picture ^ 128).view(np.int8))
      model.invoke()
      scale, zero = o["quantization"]
      scores = ((model.get_tensor(o["index"])[0].astype(np.float32) - zero) * np.float32(scale)).tolist()
      print(json.dumps({
          "inputs": [[names[t] for t in op["inputs"] if names.get(t, "").startswith("image")] for op in delegated],
          "outputs": [[names[t] for t in op["outputs"]] for op in delegated], "scores": scores}))
      """
    struct Answer: Decodable {
      let inputs, outputs: [[String]]
      let scores: [Float]
    }
    let folder = try TemporaryFolder()
    let file = folder.appending("model.tflite")
    try Self.quantized(type).serialized().write(to: file)
    let picture = try PictureReader(width: 224, height: 224)
      .read(Material.imagenetSample.appending(path: "0008_hen.jpg"))
    let input = folder.appending("picture")
    try Data(picture.pixels).write(to: input)
    let answer = try JSONDecoder().decode(Answer.self, from: Data(Python.run(script, [file.path, input.path]).utf8))
    #expect(answer.inputs == [[type == .uint8 ? "image_int8" : "image"]])
    #expect(answer.outputs == [["logits"]])
    let ranked = try await Classifier(contentsOf: file).classify(picture, topK: 1000).classes
    #expect(ranked.first?.id == 8)
    for found in ranked { #expect(abs(answer.scores[found.id] - found.score) < 1e-5) }
  }

  @Test("Learns three flowers from five pictures each, as an adapted model and as a bare extractor")
  func taught() async throws {
    let model = try Self.quantized()
    let embedding = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == "embedding" })
    let reader = try PictureReader(width: 224, height: 224)
    for base in [try Adaptation(of: model).model(), model.cut(at: Int32(embedding))] {
      let engine = try ImprintingEngine(bytes: Bytes(base.serialized().bytes()))
      let flowers = ["daisy", "iris", "sunflower"]
      for (id, flower) in flowers.enumerated() {
        let pictures = try PictureFiles.pictures(at: Material.flowers17.appending(path: flower))
        try await engine.train(pictures.prefix(5).map { try reader.read($0) }, classID: id)
      }
      for (id, flower) in flowers.enumerated() {
        let pictures = try PictureFiles.pictures(at: Material.flowers17.appending(path: flower))
        for picture in pictures.suffix(3) {
          #expect(try await engine.classify(reader.read(picture), topK: 1).first?.id == id)
        }
      }
    }
  }
}
