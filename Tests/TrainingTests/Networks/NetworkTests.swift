import Foundation
import Heads
import Imprinting
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite(
  "Networks in training",
  .enabled(if: TorchLibrary.isInstalled, "scripts/setup --training installs libtorch"))
struct NetworkTests {
  private static let side = 64
  private let torch: Torch
  private let bytes: [PixelTensor]

  init() throws {
    torch = try Torch(TorchLibrary(), threads: 1)
    let reader = try PictureReader(width: Self.side, height: Self.side)
    bytes = try PictureFiles.pictures(at: Material.flowers17).enumerated().filter { $0.offset % 100 == 0 }
      .map { try reader.read($0.element) }
  }

  private func pictures(of base: Architecture) throws -> TorchTensor {
    let all = bytes.flatMap(\.pixels)
    return try all.withUnsafeBytes {
      try torch.pictures($0, count: bytes.count, side: Self.side, mean: base.mean, deviation: base.deviation)
    }
  }

  private func session(
    _ architecture: String, projection: Int? = nil, fakeQuantization: FakeQuantizationSettings? = nil
  ) throws -> TrainingSession {
    let settings = TrainingSettings(
      architecture: architecture, side: Self.side, head: HeadSettings(projection: projection),
      rate: LearningRate(peak: 0.001), fakeQuantization: fakeQuantization)
    let base = try settings.base()
    let weights = try InitialWeights.make(base: base, head: settings.head, classes: 5, pretrained: nil, seed: 3)
    let session = try TrainingSession(
      settings, base: base, classes: 5, weights: weights, stepsPerEpoch: 10, torch: torch)
    try session.network.measureStatistics(on: pictures(of: base))
    return session
  }

  /// Returns the softmax of the network's logits, one row per picture.
  private func scores(_ session: TrainingSession) throws -> [[Float]] {
    let logits = try session.logits(of: pictures(of: session.network.base))
    return logits.map { row in
      let powers = row.map { exp($0 - (row.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  private func scores(_ model: Model) async throws -> [[Float]] {
    let classifier = try Classifier(bytes: Bytes(try model.serialized().bytes()), execution: .exact)
    var rows: [[Float]] = []
    for picture in bytes {
      let classes = try await classifier.classify(picture, topK: 5).classes
      rows.append((0..<5).map { id in classes.first { $0.id == id }?.score ?? 0 })
    }
    return rows
  }

  private func greatestDifference(_ one: [[Float]], _ other: [[Float]]) -> Float {
    zip(one, other).map { zip($0, $1).map { abs($0 - $1) }.max() ?? 0 }.max() ?? .infinity
  }

  private func network(_ session: TrainingSession) throws -> ImprintableNetwork {
    try session.checkpoint(labels: ["a", "b", "c", "d", "e"], pictures: "", position: TrainingPosition(), history: [])
      .network()
  }

  @Test(
    "The exported float model gives the scores of the trained network",
    arguments: ["mobilenet-v1-0.25", "efficientnet-lite0"])
  func written(architecture: String) async throws {
    let session = try session(architecture, projection: 32)
    let difference = try await greatestDifference(scores(session), scores(network(session).floatModel()))
    #expect(difference < 1e-4, "\(difference)")
  }

  @Test(
    "A network trained with fake quantisation gives the quantised model's scores within a few steps",
    arguments: WeightGrid.allCases, ["mobilenet-v1-0.25", "efficientnet-lite0"])
  func fakeQuantized(grid: WeightGrid, architecture: String) async throws {
    let session = try session(
      architecture, projection: 32, fakeQuantization: FakeQuantizationSettings(grid: grid, delay: 0, freeze: 0))
    let pictures = try pictures(of: session.network.base)
    for step in 0..<3 {
      _ = try session.step(pictures: pictures, labels: bytes.indices.map { $0 % 5 }, at: step)
    }
    let checkpoint = try session.checkpoint(
      labels: ["a", "b", "c", "d", "e"], pictures: "", position: TrainingPosition(), history: [])
    let model = try checkpoint.network().quantizedModel(ranges: checkpoint.ranges, grid: grid)
    let difference = try await greatestDifference(scores(session), scores(model))
    // A step of a cosine is 0.08 of a logit and 0.02 of a score; dozens of layers add up to a few steps.
    #expect(difference < (architecture == "efficientnet-lite0" ? 0.2 : 0.1), "\(difference)")
  }

  @Test("Measuring the statistics of a folded base model does not change its embeddings")
  func statistics() throws {
    let settings = TrainingSettings(architecture: "mobilenet-v1-0.25", side: Self.side)
    let base = try settings.base()
    let weights = try InitialWeights.make(base: base, head: settings.head, classes: 5, pretrained: nil, seed: 4)
    let network = try Network(base: base, head: settings.head, classes: 5, weights: weights, torch: torch)
    let pictures = try pictures(of: base)
    func embedding(_ pass: ForwardPass) throws -> [Float] {
      try torch.withoutGradients { try network.embedding(of: pictures, pass).elements() }
    }
    let before = try embedding(.evaluation(nil))
    try network.measureStatistics(on: pictures)
    let greatest = before.max() ?? 0
    #expect(greatest > 0)
    let after = try embedding(.evaluation(nil))
    #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-3 * greatest })
    // The batch's own statistics now give the same embeddings, apart from the unbiased variance.
    let trained = try embedding(ForwardPass(statisticsMomentum: 0))
    #expect(zip(before, trained).allSatisfy { abs($0 - $1) < 0.03 * greatest })
  }

  @Test("A frozen base model does not change, and a step from embeddings equals a step from pictures")
  func frozen() throws {
    func frozenSession() throws -> TrainingSession {
      var settings = TrainingSettings(architecture: "mobilenet-v1-0.25", side: Self.side, isBaseFrozen: true)
      settings.head.projection = 16
      settings.averageDecay = 0.9
      let base = try settings.base()
      let weights = try InitialWeights.make(base: base, head: settings.head, classes: 5, pretrained: nil, seed: 4)
      return try TrainingSession(
        settings, base: base, classes: 5, weights: weights, stepsPerEpoch: 10, torch: torch)
    }
    let (one, other) = (try frozenSession(), try frozenSession())
    let pictures = try pictures(of: one.network.base)
    let embedding = try other.embedding(of: pictures)
    let labels = bytes.indices.map { $0 % 5 }
    let before = try one.network.values()
    for step in 0..<3 {
      _ = try one.step(pictures: pictures, labels: labels, at: step)
      _ = try other.step(embedding: embedding, labels: labels, at: step)
    }
    let after = try one.network.values()
    #expect(try other.network.values() == after)
    for name in before.names { #expect((before[name] == after[name]) == !name.hasPrefix("head."), "\(name)") }
  }
}
