import Foundation
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("Models for Frigate's custom classification")
struct FrigateModelTests {
  private let extractor = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func flowers(_ name: String, _ range: Range<Int>, as label: String? = nil) throws -> LabelledPictures.Class {
    let root = Material.flowers17.appending(path: name)
    let files = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    return .init(name: label ?? name, pictures: files[range].map { root.appending(path: $0) })
  }

  private func teach(_ names: [String] = ["daisy", "iris", "tulip"]) async throws -> Teacher {
    let teacher = try Teacher(model: extractor, resize: FrigateModel.resize)
    try await teacher.learn(names.map { try flowers($0, 0..<6) })
    return teacher
  }

  /// Frigate's `load_labels` with `indexed=False`: the line of a number, stripped.
  private func labelmap(_ file: URL) throws -> [Int: String] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    return Dictionary(
      uniqueKeysWithValues: lines.dropLast().enumerated().map { ($0, $1.trimmingCharacters(in: .whitespaces)) })
  }

  /// Frigate's `_classify_object`: the bytes of a squashed picture, the output divided by its sum, the greatest of it.
  private func frigateAnswer(_ model: CompiledModel, _ labels: [Int: String], _ picture: URL) throws -> (String?, Float)
  {
    let pixels = try PictureReader(width: 224, height: 224, resize: FrigateModel.resize).read(picture).pixels
    try #require(model.input.type == .uint8 && model.input.shape == [1, 224, 224, 3])
    let isFloat = model.output.type == .float32
    let outputs = try model.run(
      fill: { $0.copyBytes(from: pixels) },
      read: { bytes in
        isFloat
          ? (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
          : bytes.map(Float.init)
      })
    let sum = outputs.reduce(0, +)
    let best = outputs.indices.max { outputs[$0] < outputs[$1] } ?? -1
    return (labels[best], outputs[best] / sum)
  }

  @Test("Frigate's reading of the files names the class that the classifier names, with its score")
  func sameAnswers() async throws {
    let teacher = try await teach()
    let written = try await FrigateModel.write(
      teacher.model(), labels: teacher.labels, classes: teacher.classCount, to: folder.url)
    #expect(written.model.lastPathComponent == "model.tflite" && written.labels.lastPathComponent == "labelmap.txt")
    #expect(written.backups.isEmpty)
    let labels = try labelmap(written.labels)
    #expect(labels == [0: "daisy", 1: "iris", 2: "tulip"])
    let bytes = try Bytes(mapping: written.model)
    let loaded = try LoadedModel(file: bytes, runtime: Runtime())
    let model = try CompiledModel(loaded, hardware: .cpu(threads: 2))
    let classifier = try Classifier(
      contentsOf: written.model, unknown: .never, execution: Execution(arithmetic: .exact))
    #expect(classifier.resize == .linear)
    for name in ["daisy", "iris", "tulip"] {
      for picture in try flowers(name, 40..<46).pictures {
        let (label, score) = try frigateAnswer(model, labels, picture)
        let ours = try #require(try await classifier.classify(picture).classes.first)
        #expect(label == ours.label)
        #expect(abs(score - ours.score) < 1e-3)
      }
    }
  }

  @Test("Keeps files of another origin as numbered backups, and replaces its own without")
  func backups() async throws {
    let teacher = try await teach(["daisy", "iris"])
    try Data("theirs".utf8).write(to: folder.appending("model.tflite"))
    try Data("cat\n".utf8).write(to: folder.appending("labelmap.txt"))
    func write() async throws -> [String] {
      try await FrigateModel.write(
        teacher.model(), labels: teacher.labels, classes: teacher.classCount, to: folder.url
      ).backups.map(\.lastPathComponent)
    }
    #expect(try await write() == ["model.backup.tflite", "labelmap.backup.txt"])
    #expect(try String(contentsOf: folder.appending("model.backup.tflite"), encoding: .utf8) == "theirs")
    #expect(try String(contentsOf: folder.appending("labelmap.backup.txt"), encoding: .utf8) == "cat\n")
    #expect(try await write() == [])
    try Data("theirs again".utf8).write(to: folder.appending("model.tflite"))
    #expect(try await write() == ["model.backup-2.tflite", "labelmap.backup-2.txt"])
    #expect(try String(contentsOf: folder.appending("model.backup.tflite"), encoding: .utf8) == "theirs")
  }

  @Test("Refuses bases for the Edge TPU, and those with an input that Frigate does not give")
  func bases() throws {
    func refusal(_ model: Model) -> FrigateError.Code? {
      do {
        try FrigateModel.check(base: model)
        return nil
      } catch {
        return (error as? FrigateError)?.code
      }
    }
    #expect(try refusal(Model(contentsOf: extractor)) == nil)
    #expect(try refusal(Model(contentsOf: Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu"))) == .edgeTPU)
    #expect(try refusal(Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))) == .otherInput)
    #expect(try refusal(SmallExtractor.meanColour()) == .otherInput)
  }

  @Test("Finds the class folders and the attempts, and reads the answers in the names of the attempts")
  func dataset() throws {
    for path in ["clips/cats/dataset/a", "clips/cats/train", "other/a"] {
      try FileManager.default.createDirectory(at: folder.appending(path), withIntermediateDirectories: true)
    }
    let names = [
      "1690000000.5-abc123-1690000001.25-black_cat-0.87.webp", "none-none-1690000002.0-unknown-0.0.webp",
      "example_000.jpg", "1-2-3-cat-7.webp", "notes.txt", ".hidden.webp",
    ]
    for name in names { try Data().write(to: folder.appending("clips/cats/train/\(name)")) }
    let dataset = FrigateDataset(folder.appending("clips/cats"))
    #expect(dataset.folder.lastPathComponent == "dataset")
    #expect(FrigateDataset(folder.appending("clips/cats/dataset")).attempts().count == 4)
    #expect(FrigateDataset(folder.appending("other")).attempts().isEmpty)
    let attempts = dataset.attempts()
    #expect(attempts.map(\.label) == [nil, "black_cat", nil, "unknown"])
    #expect(attempts.map(\.score) == [nil, 0.87, nil, 0])
    #expect(attempts[1].isAnswered(as: "black-cat"))
    #expect(!attempts[1].isAnswered(as: "cat"))
  }
}

@Suite("The rates of answers at thresholds")
struct AnswerRateTests {
  @Test("Counts the answers at and above a threshold, in hundredths, and the right ones")
  func rates() {
    // Scores of two logits a and 0: 1 / (1 + e^-a).
    func prediction(_ logit: Double, label: Int) -> LeaveOneOut.Prediction {
      .init(picture: "p", label: label, logits: [Float(logit), 0])
    }
    // 0.5, 0.797 and 0.9526.
    let crossValidation = LeaveOneOut(
      classes: ["a", "b"],
      predictions: [prediction(0, label: 0), prediction(1.366, label: 1), prediction(3, label: 0)])
    let rates = crossValidation.answerRates(at: [0.5, 0.8, 0.95, 0.99])
    let (third, twoThirds) = (Double(1) / 3, Double(2) / 3)
    let answered: [Double] = [1, twoThirds, third, 0]
    let correct: [Double?] = [twoThirds, 0.5, 1, nil]
    #expect(rates.map(\.answered) == answered)
    #expect(rates.map(\.correct) == correct)
    #expect(LeaveOneOut(classes: [], predictions: []).answerRates(at: [0.5])[0].answered == 0)
  }

  @Test("A plain label file has a line for every class by number")
  func plainLabels() {
    let labels = Labels([0: "cat", 2: "dog 2"])
    #expect(labels.text(.plain, count: 3) == "cat\n\ndog 2\n")
    #expect(labels.text(.indexed, count: 3) == labels.text)
    #expect(Labels(lines: labels.text(.plain, count: 3)) == labels)
  }
}
