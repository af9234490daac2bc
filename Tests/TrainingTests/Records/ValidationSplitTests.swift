import Foundation
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite("Validation pictures beside training pictures")
struct ValidationSplitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, labels: [Int64], texts: [String]? = nil) throws {
    let records = labels.flatMap { label in
      RecordWriter.record(
        RecordWriter.example(
          BitmapPicture.bytes(width: 40, height: 40) { x, y in
            (0..<3).map { $0 == Int(label) % 3 ? 200 + (x + y) % 30 : 40 + x % 20 }
          }, label: label, text: texts?[Int(label)]))
    }
    try Data(records).write(to: folder.appending(name))
  }

  private func validation() async throws -> TrainingData? {
    let training = try await TrainingData(at: folder.url, split: .train)
    return try await TrainingData.validation(of: training, at: folder.url)
  }

  private func refusal() async throws -> String {
    do {
      let found = try await validation()
      return "found \(found?.count ?? 0)"
    } catch { return "\(error)" }
  }

  @Test("Reads the validation files, with the labels of the training files")
  func found() async throws {
    try write("train-00000-of-00001", labels: [0, 1, 2, 0, 1, 2])
    try write("validation-00000-of-00001", labels: [2, 1, 0])
    let data = try #require(try await validation())
    #expect(data.examples.map(\.label) == [2, 1, 0] && data.labels == ["0", "1", "2"])
    try Data("0:background\n1:daisy\n2:rose\n3:tulip\n".utf8).write(to: folder.appending("labels.txt"))
    #expect(try await validation()?.labels == ["background", "daisy", "rose", "tulip"])
  }

  @Test("There are none for a single file, without validation files, or without training files")
  func none() async throws {
    try write("validation-00000-of-00001", labels: [1, 0])
    #expect(try await validation() == nil)
    let file = folder.appending("validation-00000-of-00001")
    let single = try await TrainingData(at: file, split: .train)
    #expect(try await TrainingData.validation(of: single, at: file) == nil)
    try FileManager.default.removeItem(at: file)
    try write("train-00000-of-00001", labels: [1, 0])
    #expect(try await validation() == nil)
    let pictures = try ColouredPictures(pictures: 2)
    #expect(
      try await TrainingData.validation(of: pictures.data, at: pictures.folder.appending("data")) == nil)
  }

  @Test("Rejects validation files that lack a class of the training files, or have others")
  func refused() async throws {
    try write("train-00000-of-00001", labels: [0, 1, 2])
    try write("validation-00000-of-00001", labels: [0, 2, 2])
    #expect(try await refusal().contains("the validation pictures have none of \"1\""))
    try write("validation-00000-of-00001", labels: [0, 1])
    #expect(try await refusal().contains("the validation pictures have none of \"2\""))
    try write("validation-00000-of-00001", labels: [0, 1, 2, 3])
    #expect(try await refusal().contains("the network was trained on 3 classes"))
    try write("train-00000-of-00001", labels: [0, 1], texts: ["daisy", "rose"])
    try write("validation-00000-of-00001", labels: [0, 1], texts: ["daisy", "tulip"])
    #expect(try await refusal().contains("tulip"))
  }

  @Test(
    "A run tests on them after each epoch, and keeps the best checkpoint",
    .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
  func training() async throws {
    try write("train-00000-of-00001", labels: Array((0..<4).map { _ in [0, 1, 2] as [Int64] }.joined()))
    try write("validation-00000-of-00001", labels: [2, 1, 0])
    let training = try await TrainingData(at: folder.url, split: .train)
    let run = TrainingRun(
      settings: TrainingSettings(
        architecture: "mobilenet-v1-0.25", side: 32, epochs: 3, batchSize: 4, rate: LearningRate(peak: 0.1),
        isBaseFrozen: true), training: training, test: try await validation(), folder: folder.appending("run"),
      threads: 1)
    let result = try await Trainer(TorchLibrary()).train(run)
    #expect(result.evaluation?.count == 3)
    #expect(result.evaluation?.accuracy == result.history.compactMap(\.testAccuracy).max())
  }
}
