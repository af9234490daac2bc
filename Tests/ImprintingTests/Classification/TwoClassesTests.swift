import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Classifiers with one sigmoid output")
struct TwoClassesTests {
  /// The score that a picture is rather red than blue.
  private var model: Model {
    var small = SmallClassifier(rows: [[2, 0, -2]], beta: nil, ends: [.logistic])
    small.biases = [0.25]
    return small.model
  }

  private func scores(_ model: Model, labels: Labels? = nil) async throws -> [Float] {
    let classifier = try Classifier(model: model, labels: labels, execution: .exact)
    let picture = try #require(PixelTensor(width: 4, height: 4, pixels: (0..<16).flatMap { _ in [200, 90, 120] }))
    return try await classifier.classify(picture, topK: 2).classes.sorted { $0.id < $1.id }.map(\.score)
  }

  @Test("The softmax of two classes gives 1 − σ and σ")
  func softmax() async throws {
    let score = try await scores(model)
    #expect(score.count == 1)
    let twoClasses = try model.withTwoClasses()
    let both = try await scores(#require(twoClasses))
    #expect(both.count == 2)
    #expect(abs(both[1] - score[0]) < 1e-6 && abs(both[0] - (1 - score[0])) < 1e-6)
  }

  @Test("The names of two classes make the classifier one of two classes")
  func names() async throws {
    let labels = Labels([0: "blue", 1: "red"])
    let both = try await scores(model, labels: labels)
    #expect(both.count == 2 && both[1] > 0.5)
    let classifier = try Classifier(model: model, labels: labels)
    #expect(classifier.classCount == 2)
  }

  @Test("Other models have no such form")
  func others() throws {
    #expect(try SmallExtractor.meanColour().withTwoClasses() == nil)
    #expect(try SmallClassifier().model.withTwoClasses() == nil)
    #expect(try SmallClassifier(beta: nil, ends: [.logistic]).model.withTwoClasses() == nil)
  }

  @Test("New classes can be taught beside the two")
  func keeping() async throws {
    let swatches = try Swatches()
    let base = swatches.folder.appending("base.tflite")
    try model.serialized().write(to: base)
    let teacher = try Teacher(model: base, keepClasses: true, labels: Labels([0: "blue", 1: "red"]))
    let green = try (0..<5).map { try Swatches.picture($0, of: "green") }
    try await teacher.learn([(name: "green", pictures: green)])
    #expect(await teacher.classCount == 3)
    #expect(await teacher.labels.names == [0: "blue", 1: "red", 2: "green"])
    let output = swatches.folder.appending("three.tflite")
    try await teacher.save(to: output, withEmbeddings: false)
    let classifier = try Classifier(contentsOf: output)
    let answers = try await classifier.classify(Swatches.picture(9, of: "green"), topK: 1)
    #expect(answers.classes.first?.label == "green")
  }
}
