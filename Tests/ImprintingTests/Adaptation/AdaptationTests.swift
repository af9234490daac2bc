import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Adapting a small classifier")
struct AdaptationTests {
  @Test(
    "The new rows times the extended features give the logits up to a constant factor",
    arguments: [0.01, 3, 500] as [Float])
  func rows(length: Float) throws {
    let small = SmallClassifier()
    let adaptation = try Adaptation(of: small.model)
    let calibration = try HeadCalibration(featureNorm: length, topLogit: 8)
    let model = try adaptation.model(calibration: calibration)
    let tail = try ImprintingTail(of: model)
    #expect(tail.dimension == 4)
    #expect(tail.classCount == 4)
    #expect(tail.rowEncoding == .float32)
    #expect(abs(tail.scale - 9.2) < 1e-5)
    let features: [Float] = [0.3, 2, 0.7]
    let rows = model.rows(of: tail).map { row in row.withUnsafeBytes { ElementEncoding.float32.values($0) } }
    for (row, (weights, bias)) in zip(rows, zip(small.rows, small.biases)) {
      let logit = zip(weights, features).reduce(bias) { $0 + $1.0 * $1.1 }
      let score = zip(row, features + [length / 64]).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(score * tail.scale / length - logit) < 1e-4)
    }
  }

  @Test("Estimates the calibration from the logits' range, or from the number of features for float logits")
  func estimate() throws {
    var model = SmallClassifier(rows: Array(repeating: [0, 3, 4], count: 4)).model
    let float = HeadCalibration(estimating: try #require(try ClassifierHead.find(in: model)))
    #expect(abs(float.featureNorm - 1.7320508) < 1e-5)
    #expect(abs(float.topLogit - 0.28 * 5 * 1.7320508) < 1e-5)

    let logits = try #require(model.subgraphs[0].tensors.firstIndex { $0.name == "logits" })
    model.subgraphs[0].tensors[logits].type = .int8
    model.subgraphs[0].tensors[logits].quantization = QuantizationParameters(scale: 0.1, zeroPoint: -28)
    let head = try #require(try ClassifierHead.find(in: model))
    #expect(head.logitRange.map { [$0.lowerBound, $0.upperBound] } == [-10, 15.5])
    let quantised = HeadCalibration(estimating: head)
    #expect(abs(quantised.featureNorm - 2.2 * 15.5 / 5) < 1e-4)
    #expect(abs(quantised.topLogit - 0.65 * 15.5) < 1e-4)

    let empty = SmallClassifier(rows: Array(repeating: [0, 0, 0], count: 4)).model
    #expect(HeadCalibration(estimating: try #require(try ClassifierHead.find(in: empty))).topLogit == 0)
    #expect(throws: Never.self) { try Adaptation(of: empty).model() }
  }

  @Test("Rejects measured norms and logits that are zero, infinite or NaN")
  func badCalibration() {
    #expect(throws: SurgeryError.self) { try HeadCalibration(featureNorm: 0, topLogit: 1) }
    #expect(throws: SurgeryError.self) { try HeadCalibration(featureNorm: .infinity, topLogit: 1) }
    #expect(throws: SurgeryError.self) { try HeadCalibration(featureNorm: 1, topLogit: .nan) }
  }

  @Test("Rejects weights that overflow 32-bit floats")
  func overflow() throws {
    let adaptation = try Adaptation(of: SmallClassifier(rows: Array(repeating: [1e30, 0, 0], count: 4)).model)
    let calibration = try HeadCalibration(featureNorm: 1e30, topLogit: 1)
    #expect(throws: SurgeryError.self) { try adaptation.model(calibration: calibration) }
    let steep = try HeadCalibration(featureNorm: 1, topLogit: .greatestFiniteMagnitude)
    #expect(throws: SurgeryError.self) { try adaptation.model(calibration: steep) }
  }

  @Test("Rejects the uint8 tail for float features")
  func coral() throws {
    let adaptation = try Adaptation(of: SmallClassifier().model)
    let error = #expect(throws: SurgeryError.self) { try adaptation.model(layout: .coral) }
    #expect("\(try #require(error))".contains("use the float layout"))
  }

  @Test("Rejects a feature vector too large for memory")
  func huge() throws {
    var model = SmallClassifier(beta: nil, ends: [.abs]).model
    model.subgraphs[0].tensors[Int(model.subgraphs[0].outputs[0])].shape = [1, .max]
    #expect(throws: SurgeryError.tooLarge(tensor: "\"ABS\"", shape: [1, .max])) { try Adaptation(of: model) }
    #expect(throws: SurgeryError.noVector(tensor: "\"ABS\"", shape: [1, .max])) {
      try model.appendingImprintingTail()
    }
  }

  private static let classifiers: [SmallClassifier] = [
    SmallClassifier(), SmallClassifier(isConvolution: true, shapes: [.reshape]),
    SmallClassifier(isConvolution: true, beta: 0.5, shapes: [.squeeze]), SmallClassifier(beta: nil),
    SmallClassifier(beta: nil, ends: [.reshape]),
  ]

  @Test(
    "The adapted model ranks the classes as the original does, for every kind of head", arguments: classifiers.indices)
  func answers(index: Int) async throws {
    let small = Self.classifiers[index].model
    let before = try Classifier(bytes: Bytes(small.serialized().bytes()))
    let after = try Classifier(bytes: Bytes(Adaptation(of: small).model().serialized().bytes()))
    // Each class is the best for at least one of these colours.
    let colours: [[UInt8]] = [
      [255, 128, 255], [255, 0, 0], [0, 0, 255], [255, 255, 0], [128, 128, 250], [250, 3, 120],
    ]
    for colour in colours {
      let pixels = (0..<16).flatMap { _ in colour }
      let picture = try #require(PixelTensor(width: 4, height: 4, pixels: pixels))
      // Without a softmax, scores may be negative.
      let least = -Float.greatestFiniteMagnitude
      let old = try await before.classify(picture, threshold: least, topK: 4).classes
      let new = try await after.classify(picture, threshold: least, topK: 4).classes
      #expect(old.map(\.id) == new.map(\.id), "\(colour): \(old) \(new)")
    }
  }
}
