import Foundation
import ModelSurgery
import Synchronization
import TFLite
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite(
  "Quantised training with a frozen base",
  .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
struct FrozenQuantizationTests {
  private let pictures: ColouredPictures
  private let trainer: Trainer

  init() throws {
    pictures = try ColouredPictures()
    trainer = Trainer(try TorchLibrary())
  }

  private func run(
    _ name: String, _ grid: WeightGrid = .uint8PerTensor, from start: PretrainedWeights,
    _ change: (inout TrainingSettings) -> Void = { _ in }
  ) throws -> TrainingRun {
    var run = try pictures.run(name) {
      $0.isBaseFrozen = true
      $0.epochs = 6
      $0.rate = LearningRate(peak: 0.1)
      $0.fakeQuantization = FakeQuantizationSettings(grid: grid, delay: 0, freeze: 0)
      change(&$0)
    }
    run.pretrained = start
    return run
  }

  @Test("The base has the ranges of the starting model; the head is trained with rounding", arguments: [nil, 16])
  func starting(projection: Int?) async throws {
    let start = try ColouredPictures.start()
    #expect(start.ranges.count == 28)
    let run = try run("run", from: start) { $0.head.projection = projection }
    let result = try await trainer.train(run)
    #expect(result.history.map(\.isQuantized) == Array(repeating: true, count: 6))
    for (layer, range) in start.ranges { #expect(result.best.ranges[layer] == range, "\(layer)") }
    #expect(result.best.ranges.keys.contains("projection") == (projection != nil))
    let accuracy = try #require(result.evaluation).accuracy
    // The generated stand-in of the starting model has random weights, and 16 of their directions can be too few.
    if projection == nil || Material.isPresent { #expect(accuracy >= 0.8) }
    #expect(try await trainer.evaluate(result.best, on: #require(run.test), threads: 1).accuracy == accuracy)
    let network = try result.best.network()
    let model = try network.quantizedModel(ranges: result.best.ranges, grid: .uint8PerTensor)
    #expect(
      CompilerReadiness(of: model).remaining.isEmpty
        && model.lastOperators(5) == "… → L2_NORMALIZATION → CONV_2D → MUL → RESHAPE → SOFTMAX")
  }

  @Test("Without ranges in the starting weights, they are measured on the pictures", arguments: WeightGrid.allCases)
  func measured(grid: WeightGrid) async throws {
    let start = try PretrainedWeights(ColouredPictures.start().weights, for: .mobileNetV1(multiplier: 0.25))
    #expect(start.ranges.isEmpty)
    let run = try run("run", grid, from: start)
    let result = try await trainer.train(run)
    let base = try run.settings.base()
    for layer in base.layerNames {
      let range = try #require(result.best.ranges[layer])
      #expect(range.lower == 0 && range.upper > 0 && range.upper <= 6, "\(layer) \(range)")
    }
    #expect(try #require(result.evaluation).accuracy >= 0.7)
    let model = try result.best.network().quantizedModel(ranges: result.best.ranges, grid: grid)
    #expect(try ImprintingTail(of: model).classCount == 3)
  }

  @Test("Stored embeddings train like those of every step, and are not those of the float base")
  func cached() async throws {
    let start = try ColouredPictures.start()
    let once = try await trainer.train(run("once", from: start))
    var other = try run("every", from: start)
    other.isCachingEmbeddings = false
    let every = try await trainer.train(other)
    for name in once.best.weights.names where once.best.weights[name] != every.best.weights[name] {
      let (one, other) = (once.best.weights[name]?.elements ?? [], every.best.weights[name]?.elements ?? [])
      #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-3 }, "\(name)")
    }
    let embedded = Mutex(0)
    var float = try run("once", from: start) { $0.fakeQuantization = nil }
    try FileManager.default.removeItem(at: float.lastFile)
    float.pretrained = start
    _ = try await trainer.train(float) { event in
      if case .embedding(let done, _) = event { embedded.withLock { $0 = done } }
    }
    #expect(embedded.withLock { $0 } == 36)
  }

  @Test("A finished run resumed with more epochs continues with the same base")
  func extended() async throws {
    var run = try run("run", from: ColouredPictures.start()) { $0.rate.schedule = .constant }
    let first = try await trainer.train(run)
    run.settings.epochs = 8
    run.isResuming = true
    run.pretrained = nil
    let longer = try await trainer.train(run)
    #expect(longer.history.map(\.epoch) == Array(1...8))
    #expect(Array(longer.history.prefix(6)) == first.history)
    let straight = try self.run("straight", from: ColouredPictures.start()) {
      $0.rate.schedule = .constant
      $0.epochs = 8
    }
    _ = try await trainer.train(straight)
    #expect(try Checkpoint(contentsOf: run.lastFile).weights == Checkpoint(contentsOf: straight.lastFile).weights)
  }
}
