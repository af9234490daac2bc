import Foundation
import TestMaterial
import Testing

@Suite("The requantize command")
struct RequantizeTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var output: URL { folder.appending("out.tflite") }
  private let insects = Material.model("mobilenet_v2_1.0_224_inat_insect_quant").path

  private func requantize(_ model: String, _ options: String...) throws -> Imprint.Outcome {
    try Imprint.run(["model", "requantize", model, "-o", output.path] + options)
  }

  private struct Report: Decodable {
    struct Unchanged: Decodable {
      let name: String
      let count: Int
    }

    let layers, channels, exactChannels, operators, conversions, bytesBefore, bytesAfter: Int
    let unchanged: [Unchanged]
    let inputs, outputs: [String]
    let model: String
  }

  @Test(
    "Reports the rewritten layers as a table and as JSON, and writes the same file each time",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func report() throws {
    let table = try requantize(insects)
    #expect(table.code == 0 && table.stderr == "")
    #expect(table.output.contains("Rewritten  "))
    #expect(table.output.contains("Exact      18018 of 18078 channels"))
    #expect(table.output.contains("Types      input uint8, output uint8; 2 QUANTIZE added"))
    #expect(!table.output.contains("Unchanged"))
    let first = try Data(contentsOf: output)
    let report = try requantize(insects, "--json").decoded(as: Report.self)
    #expect(try Data(contentsOf: output) == first)
    #expect(report.channels == 18078 && report.exactChannels == 18018 && report.conversions == 2)
    #expect(report.layers < report.operators && report.unchanged.isEmpty)
    #expect(report.inputs == ["uint8"] && report.outputs == ["uint8"])
    #expect(report.bytesAfter == first.count && report.model == output.path)
    #expect(report.bytesBefore == (try Data(contentsOf: URL(filePath: insects)).count))
  }

  @Test(
    "With --io int8, input and output are int8 and the model still classifies",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func signed() throws {
    let report = try requantize(insects, "--io", "int8", "--json").decoded(as: Report.self)
    #expect(report.inputs == ["int8"] && report.outputs == ["int8"] && report.conversions == 0)
    let picture = try Flowers.pictures(of: "daisy", 0..<1)[0].path
    let answers = try [insects, output.path].map {
      try Imprint.run("classify", "--model", $0, "--top-k", "1", picture).output
    }
    #expect(answers[0].contains("image_0801.jpg  "))
    let names = answers.map { $0.split(separator: " ").dropLast() }
    #expect(names[0] == names[1])
  }

  @Test(
    "Keeps Coral's last layers, so that 'train' can add classes",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func continuesTraining() throws {
    let first = try Flowers.folder([("iris", "iris", 0..<6), ("tulip", "tulip", 0..<6)], in: folder)
    let second = try Flowers.folder(
      [("iris", "iris", 10..<14), ("daisy", "daisy", 0..<6)], in: folder, named: "second")
    let trained = folder.appending("trained.tflite").path
    try Imprint.run(
      "train", "--head", "imprinted", "--augment", "none", "--model", Flowers.extractor, "--data", first.path,
      "--output", trained)
    let report = try requantize(trained, "--json").decoded(as: Report.self)
    #expect(report.unchanged.map(\.name) == ["L2_NORMALIZATION", "CONV_2D", "MUL", "RESHAPE", "SOFTMAX"])

    struct Inspection: Decodable, Equatable {
      struct Class: Decodable, Equatable {
        let classID, pictures: Int
        let norm: Float
      }
      struct Model: Decodable, Equatable {
        struct About: Decodable, Equatable {
          let name: String
          let files: [String]
        }
        let description: String
        let about: About
      }
      let imprinted: [Class]
      let labels: [String: String]
      let model: Model
      let resize: String
    }
    let inspections = try [trained, output.path].map {
      try Imprint.run("inspect", $0, "--json").decoded(as: Inspection.self)
    }
    #expect(inspections[0] == inspections[1])
    #expect(inspections[1].labels == ["0": "iris", "1": "tulip"])

    struct Training: Decodable {
      struct Class: Decodable {
        let label: String
        let isContinued: Bool
      }
      let classes: [Class]
      let keptClasses: Int
    }
    let more = folder.appending("more.tflite").path
    let training = try Imprint.run(
      "train", "--model", output.path, "--keep-classes", "--augment", "none", "--data", second.path, "--output", more,
      "--json"
    ).decoded(as: Training.self)
    #expect(training.classes.map(\.label) == ["daisy", "iris"])
    #expect(training.classes.map(\.isContinued) == [false, true] && training.keptClasses == 1)
    for (flower, number) in [("iris", 10), ("tulip", 0), ("daisy", 20)] {
      let picture = try Flowers.pictures(of: flower, number..<number + 1)[0].path
      let answer = try Imprint.run("classify", "--model", more, "--top-k", "1", picture).output
      #expect(answer.contains("  \(flower) "), "\(answer)")
    }
  }

  /// Checks that the command failed with an error that contains the words, and wrote nothing.
  private func expectRefusal(_ outcome: Imprint.Outcome, _ words: String, code: Int32 = 1) {
    #expect(outcome.code == code)
    #expect(outcome.output == "")
    #expect(outcome.stderr.hasPrefix("Error: ") && outcome.stderr.contains(words), "\(outcome.stderr)")
    #expect(!FileManager.default.fileExists(atPath: output.path))
  }

  @Test("Rejects models without anything to rewrite, files that are no models, and unwritable outputs")
  func refusals() throws {
    let compiled = Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu").path
    expectRefusal(try requantize(compiled), "there is nothing to rewrite", code: 64)
    let once = folder.appending("once.tflite")
    #expect(try requantize(insects, "--io", "int8").code == 0)
    try FileManager.default.moveItem(at: output, to: once)
    expectRefusal(try requantize(once.path), "there is nothing to rewrite", code: 64)

    let text = folder.appending("text.tflite")
    try Data("no model at all".utf8).write(to: text)
    expectRefusal(try requantize(text.path), "not a TensorFlow Lite model")
    try Data(Data(contentsOf: URL(filePath: insects)).prefix(100_000)).write(to: text)
    expectRefusal(try requantize(text.path), "the model is damaged")
    try Data().write(to: text)
    expectRefusal(try requantize(text.path), "it is empty")
    expectRefusal(try requantize(folder.url.path), "it is a folder")
    expectRefusal(try requantize(folder.appending("none").path), "cannot be read")
    expectRefusal(try requantize(insects, "--io", "int4"), "int4", code: 64)
    expectRefusal(
      try Imprint.run("model", "requantize", insects, "-o", folder.appending("no/out.tflite").path),
      "there is no folder")
    expectRefusal(try Imprint.run("model", "requantize", insects, "-o", folder.url.path), "cannot be written")
  }

  @Test("Rejects an output that would overwrite the model")
  func sameFile() throws {
    let model = folder.appending("a.tflite")
    try FileManager.default.copyItem(at: URL(filePath: insects), to: model)
    let before = try Data(contentsOf: model)
    let link = folder.appending("link.tflite")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: model)
    for place in [model, link] {
      expectRefusal(
        try Imprint.run("model", "requantize", model.path, "-o", place.path), "would overwrite an input file", code: 64)
    }
    #expect(try Data(contentsOf: model) == before)
  }
}
