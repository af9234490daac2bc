import Platform
import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("The default model")
struct DefaultModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("IMPRINT_HOME comes first, then an absolute XDG_DATA_HOME, then the user's data folder")
  func location() {
    let all = ["IMPRINT_HOME": "/models", "XDG_DATA_HOME": "/data", "HOME": "/home/me"]
    #expect(DefaultModel.published.location(environment: all).path == "/models/efficientnet-lite0.tflite")
    let data = all.merging(["IMPRINT_HOME": ""]) { $1 }
    #expect(DefaultModel.published.location(environment: data).path == "/data/imprint/efficientnet-lite0.tflite")
    let home = DefaultModel.published.location(environment: ["XDG_DATA_HOME": "data", "HOME": "/home/me"]).path
    #if canImport(Darwin)
      #expect(home == "/home/me/Library/Application Support/imprint/efficientnet-lite0.tflite")
    #else
      #expect(home == "/home/me/.local/share/imprint/efficientnet-lite0.tflite")
    #endif
    #expect(DefaultModel.published.location(environment: [:]).path.hasPrefix("/"))
    let other = PublishedModel.efficientNetLite2.location(environment: all)
    #expect(other.path == "/models/efficientnet-lite2.tflite")
  }

  @Test("Uses the given model file, whether it exists or not")
  func named() throws {
    let file = folder.appending("mine.tflite")
    #expect(try DefaultModel.url(orGiven: file) == file)
  }

  @Test("SHA-256 digests match the examples of FIPS 180-4")
  func digest() throws {
    #expect(
      try Bytes(Array("abc".utf8)).sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try Bytes().sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("Rejects other weights and damaged archives, naming the expected and the found hash")
  func otherWeights() throws {
    for contents in ["other weights", "PK\u{3}\u{4} is how archives begin"] {
      let file = folder.appending("other.pth")
      try Data(contents.utf8).write(to: file)
      let error = #expect(throws: DefaultModelError.self) { try DefaultModel.make(weights: file) }
      #expect(error?.description.contains(DefaultModel.source.sha256) == true)
      #expect(error?.description.contains(try Bytes(Array(contents.utf8)).sha256) == true)
    }
    #expect(throws: TFLiteError.self) { try DefaultModel.make(weights: folder.appending("missing")) }
  }

  @Test("Published models are known by their names", arguments: PublishedModel.all)
  func names(model: PublishedModel) {
    #expect(PublishedModel(name: model.name) == model)
    #expect(PublishedModel(name: model.title) == nil)
    #expect(model.weights.file.contains(model.name))
  }

  @Test(
    "Makes a model in int8 or float from the published weights, with ImageNet's classes and its source",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)), arguments: [false, true])
  func made(isFloat: Bool) throws {
    let model = try DefaultModel.make(weights: Material.weights, isFloat: isFloat)
    let tail = try ImprintingTail(of: model)
    #expect(tail.classCount == 1000)
    // 1.15 times the greatest measured logit.
    #expect(abs(tail.scale - 1.15 * 9.816) < 0.001)
    let input = try #require(model.mainSubgraph?.tensor(model.onlyInputAndOutput().input))
    #expect(input.type == (isFloat ? .float32 : .uint8))
    let metadata = try #require(try model.modelMetadata)
    #expect(metadata.name == "EfficientNet-Lite0")
    #expect(metadata.license == "Apache License 2.0")
    #expect(metadata.description?.string.contains(DefaultModel.source.sha256) == true)
    #expect(try Model(bytes: Bytes(model.serialized().bytes())).modelMetadata == metadata)
  }
}
