import TFLite
import Foundation
import ModelSurgery
import TestMaterial
import Testing

@testable import Training

@Suite("Checkpoints")
struct CheckpointTests {
  private let folder: TemporaryFolder
  private var file: URL { folder.appending("last.safetensors") }

  init() throws { folder = try TemporaryFolder() }

  private func weights(_ values: [Float]) throws -> NamedWeights {
    NamedWeights([
      ("Conv2d_0.weight", try #require(WeightTensor(shape: [values.count], values))),
      ("head.rows", try #require(WeightTensor(shape: [1, 2], [0.5, -0.5]))),
    ])
  }

  private func checkpoint() throws -> Checkpoint {
    var position = TrainingPosition()
    position.step = 7
    position.lossSum = 0.1 + 0.2
    return Checkpoint(
      settings: TrainingSettings(
        architecture: "mobilenet-v1-0.25", side: 96, optimizer: .rmsProp(rho: 0.9, momentum: 0.8, epsilon: 1),
        rate: LearningRate(peak: 0.1, schedule: .exponential(factor: 0.94, epochs: 2, isStaircase: true)),
        fakeQuantization: FakeQuantizationSettings(grid: .int8PerChannel, delay: 3, freeze: 4), seed: .max),
      labels: ["rosé", "a \"b\""], pictures: "digest", position: position,
      history: [
        EpochResult(
          epoch: 1, loss: 1.5, accuracy: 0.5, testAccuracy: nil, isQuantized: false, seconds: 2, waitingShare: 0.01)
      ],
      weights: try weights([1, 2, 3]), averages: try weights([4, 5, 6]), velocities: try weights([7, 8, 9]),
      squares: NamedWeights([]), ranges: ["Conv2d_0": ActivationRanges.Range(lower: -1, upper: 6)])
  }

  @Test("The complete training state round-trips")
  func roundTrip() throws {
    let written = try checkpoint()
    try written.write(to: file)
    let read = try Checkpoint(contentsOf: file)
    #expect(read.settings == written.settings)
    #expect(read.labels == written.labels && read.pictures == written.pictures)
    #expect(read.position == written.position && read.history == written.history)
    #expect(read.weights == written.weights && read.averages == written.averages)
    #expect(read.velocities == written.velocities && read.squares == written.squares)
    #expect(read.ranges == written.ranges)
    #expect(read.bestWeights == written.averages)
  }

  @Test("Stores the weights as plain safetensors")
  func layout() throws {
    try checkpoint().write(to: file)
    let stored = try NamedWeights(contentsOf: file)
    #expect(stored["weights/Conv2d_0.weight"]?.elements == [1, 2, 3])
    #expect(stored["average/Conv2d_0.weight"]?.elements == [4, 5, 6])
    #expect(stored["velocity/Conv2d_0.weight"]?.elements == [7, 8, 9])
  }

  /// Writes the file with changed JSON metadata.
  private func rewrite(_ change: (String) -> String) throws {
    try checkpoint().write(to: file)
    let stored = try NamedWeights(contentsOf: file)
    let text = change(try #require(stored.metadata["imprint"]))
    let tensors = try stored.names.map { (name: $0, tensor: try #require(stored[$0])) }
    let bytes = try NamedWeights(tensors).safetensors(metadata: ["imprint": text])
    var data = Data()
    for piece in bytes { piece.withUnsafeBytes { data.append(contentsOf: $0) } }
    try data.write(to: file)
  }

  @Test("Rejects a checkpoint of a later version, naming the version")
  func newer() throws {
    try rewrite { $0.replacing("\"version\":1", with: "\"version\":2") }
    #expect(throws: TrainingError.newerCheckpoint(path: file.path, version: 2)) { try Checkpoint(contentsOf: file) }
    // A later version may store other keys.
    try rewrite { _ in "{\"version\":3,\"tricks\":[]}" }
    #expect(throws: TrainingError.newerCheckpoint(path: file.path, version: 3)) { try Checkpoint(contentsOf: file) }
  }

  @Test("Rejects invalid and missing metadata")
  func altered() throws {
    for text in ["", "{}", "{\"version\":1}", "[1,2", "{\"version\":\"one\"}"] {
      try rewrite { _ in text }
      #expect(throws: TrainingError.self, "\(text)") { try Checkpoint(contentsOf: file) }
    }
    let bytes = try NamedWeights([("a", #require(WeightTensor(shape: [1], [1])))]).safetensors(metadata: [:])
    var data = Data()
    for piece in bytes { piece.withUnsafeBytes { data.append(contentsOf: $0) } }
    try data.write(to: file)
    #expect(throws: TrainingError.self) { try Checkpoint(contentsOf: file) }
  }

  @Test("Truncated files throw; damaged files throw or load, but never crash")
  func damaged() throws {
    try checkpoint().write(to: file)
    let intact = [UInt8](try Data(contentsOf: file))
    for length in stride(from: 0, to: intact.count, by: 13) {
      try Data(intact.prefix(length)).write(to: file)
      #expect(throws: (any Error).self) { try Checkpoint(contentsOf: file) }
    }
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<400 {
      var bytes = intact
      Mutation.mutate(&bytes, using: &generator)
      try Data(bytes).write(to: file)
      guard let read = try? Checkpoint(contentsOf: file) else { continue }
      _ = try? read.network()
      _ = try? read.network().floatModel()
      _ = try? read.settings.check()
    }
  }

  @Test("Rejects exporting a network without its rows")
  func rows() throws {
    var checkpoint = try checkpoint()
    checkpoint.averages = nil
    checkpoint.weights = NamedWeights([])
    #expect(throws: TrainingError.badWeights("head.rows", because: "it is missing")) { try checkpoint.network() }
  }
}
