import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite(
  "Checkpoints of Coral's script in training",
  .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
struct CoralCheckpointRunTests {
  private let pictures: ColouredPictures

  init() throws { pictures = try ColouredPictures(pictures: 3) }

  private func write(_ variables: CoralVariables, _ name: String = "model.ckpt-1000") throws -> URL {
    let prefix = pictures.folder.appending(name)
    try variables.write(to: prefix)
    return prefix
  }

  @Test("The network computes the same as the exported float model; a prefix, a file and a folder name it")
  func evaluated() async throws {
    let prefix = try write(CoralVariables(isQuantized: false))
    let checkpoint = try Checkpoint(at: prefix, side: 32, labels: pictures.data.labels)
    #expect(checkpoint.labels == ["blue", "green", "red"] && checkpoint.settings.side == 32)
    #expect(checkpoint.settings.head.projection == CoralVariables.dimension)
    let found = try await Trainer(TorchLibrary()).evaluate(checkpoint, on: pictures.data, threads: 1)
    #expect(found.count == 9)
    let expected = try CoralCheckpoint(CoralVariables(isQuantized: false).weights(), labels: pictures.data.labels)
    let model = ImprintableNetwork(
      architecture: CoralVariables.architecture.with(side: 32), base: expected.network.base,
      projection: expected.network.projection, projectionBiases: expected.network.projectionBiases,
      rows: expected.network.rows, scale: 12.5, labels: pictures.data.labels)
    #expect(
      try checkpoint.network().floatModel().serialized().bytes() == model.floatModel().serialized().bytes())
    try Data("model_checkpoint_path: \"/elsewhere/model.ckpt-1000\"\n".utf8)
      .write(to: pictures.folder.appending("checkpoint"))
    let names = [
      prefix.path + ".index", prefix.path + ".meta", prefix.path + ".data-00000-of-00001", pictures.folder.url.path,
    ]
    for name in names {
      #expect(try Checkpoint(at: URL(filePath: name), side: 32).weights == checkpoint.weights, "\(name)")
    }
  }

  @Test("Fake quantisation continues in evaluation and export")
  func quantized() async throws {
    let checkpoint = try Checkpoint(at: write(CoralVariables()), side: 32, labels: pictures.data.labels)
    #expect(checkpoint.settings.fakeQuantization?.grid == .uint8PerTensor)
    #expect(try await Trainer(TorchLibrary()).evaluate(checkpoint, on: pictures.data, threads: 1).count == 9)
    let model = try checkpoint.network().quantizedModel(ranges: checkpoint.ranges, grid: .uint8PerTensor)
    #expect(try ImprintingTail(of: model).classCount == 3)
    let float = try Checkpoint(at: write(CoralVariables(isQuantized: false), "float.ckpt"), side: 32)
    #expect(throws: TrainingError.self) { try float.quantized(on: .uint8PerTensor, path: "float.ckpt") }
  }

  @Test("Settings of older checkpoints, without biases of the projection, are read and written as before")
  func coding() throws {
    let older = #"{"dropout":0.25,"projection":16,"scale":10}"#
    let head = try JSONDecoder().decode(HeadSettings.self, from: Data(older.utf8))
    #expect(head == HeadSettings(projection: 16, scale: 10, dropout: 0.25) && !head.hasProjectionBiases)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(head), as: UTF8.self) == older)
    var other = head
    other.hasProjectionBiases = true
    #expect(try JSONDecoder().decode(HeadSettings.self, from: encoder.encode(other)) == other)
  }

  @Test("Says when a checkpoint has no head for imprinting, or another number of classes")
  func refused() throws {
    var headless = CoralVariables()
    headless.set(CoralVariables.rows + "/weights", to: nil)
    let prefix = try write(headless, "headless.ckpt")
    #expect(throws: CoralCheckpointError.self) { try Checkpoint(at: prefix) }
    let other = try write(CoralVariables(classes: 4), "four.ckpt")
    let error = #expect(throws: CoralCheckpointError.self) {
      try Checkpoint(at: other, labels: pictures.data.labels)
    }
    #expect(error?.message == "the checkpoint has 4 classes, but there are 3 labels")
  }
}
