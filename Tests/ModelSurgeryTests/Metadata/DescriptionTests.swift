import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing
@testable import ModelSurgery

@Suite("Model metadata")
struct DescribingTests {
  private let labels = ["red", "", "blue"]

  private func described(_ model: Model? = nil) throws -> Model {
    var model = try model ?? SmallExtractor.meanColour()
    try model.describeClassifier(name: "colours", labels: labels)
    return model
  }

  private func reread(_ model: Model) throws -> Model { try Model(bytes: Bytes(model.serialized().bytes())) }

  @Test("A classifier's normalisation, labels and name are written and read back")
  func written() throws {
    let model = try reread(described())
    let metadata = try #require(try model.modelMetadata)
    #expect(metadata.name == "colours")
    #expect(metadata.minParserVersion == "1.0.0")
    #expect(try model.pictureNormalization == .symmetric)
    let input = try #require(metadata.subgraphs.first?.inputs.first)
    #expect(input.content?.properties == .image(ImageProperties(colorSpace: .rgb)))
    #expect(input.stats == TensorStats(max: [1], min: [-1]))
    let file = try #require(model.labelFile)
    #expect(file.isDeclared)
    #expect(String(decoding: file.contents, as: UTF8.self) == "red\n\nblue\n")
  }

  @Test("Writing the same metadata again changes nothing")
  func idempotent() throws {
    let once = try described()
    #expect(try reread(described(reread(once))) == reread(once))
  }

  @Test(
    "A quantised input gets the normalisation that stores bytes unchanged",
    arguments: [
      (ElementEncoding.uint8(scale: 1 / 128, zeroPoint: 128), Float(128), Float(128)),
      (.uint8(scale: 1, zeroPoint: 0), 0, 1), (.int8(scale: 0.5, zeroPoint: -3), 125, 2),
    ])
  func quantised(encoding: ElementEncoding, mean: Float, deviation: Float) throws {
    let model = try described(SmallExtractor.meanColour(encoding))
    #expect(try model.pictureNormalization == PictureNormalization(mean: [mean], deviation: [deviation]))
  }

  @Test("Other metadata and packed files stay; labels and score calibration are replaced")
  func keeps() throws {
    var model = try SmallExtractor.meanColour()
    var metadata = ModelMetadata()
    metadata.name = "theirs"
    metadata.author = "they"
    var input = TensorMetadata()
    input.processUnits = [ProcessUnit(.normalization(NormalizationOptions(mean: [1, 2, 3], std: [4, 5, 6])))]
    var output = TensorMetadata()
    output.processUnits = [
      ProcessUnit(.scoreCalibration(ScoreCalibrationOptions(transformation: 0, defaultScore: 0))),
      ProcessUnit(.scoreThresholding(ScoreThresholdingOptions(threshold: 0.5))),
    ]
    output.associatedFiles = [
      AssociatedFile(name: "old.txt", type: .tensorAxisLabels),
      AssociatedFile(name: "scores.csv", type: .tensorAxisScoreCalibration),
      AssociatedFile(name: "notes.txt", type: AssociatedFileType(rawValue: 1)),
    ]
    metadata.subgraphs = [SubGraphMetadata()]
    metadata.subgraphs[0].inputs = [input]
    metadata.subgraphs[0].outputs = [output]
    model.setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
    var files = PackedFiles(behind: model)
    files.contents = ["old.txt": [65], "scores.csv": [66], "notes.txt": [67]]
    try model.setPackedFiles(files)

    let after = try reread(described(reread(model)))
    let known = try #require(try after.modelMetadata)
    #expect(known.name == "theirs")
    #expect(known.author == "they")
    #expect(try after.pictureNormalization == PictureNormalization(mean: [1, 2, 3], deviation: [4, 5, 6]))
    let scores = try #require(known.subgraphs.first?.outputs.first)
    #expect(scores.processUnits == [output.processUnits[1]])
    #expect(scores.associatedFiles.map(\.name) == ["labels.txt", "notes.txt"])
    #expect(PackedFiles(behind: after).contents.keys.sorted() == ["labels.txt", "notes.txt"])
    #expect(PackedFiles(behind: after).contents["notes.txt"] == [67])
  }

  @Test("Without labels there is no label file")
  func withoutLabels() throws {
    var model = try described()
    try model.describeClassifier(name: "other", labels: [])
    #expect(model.labelFile == nil)
    #expect(model.trailing.isEmpty)
    #expect(try model.modelMetadata?.name == "colours")
  }

  @Test("Damaged metadata cannot be read, and is replaced when the model is described")
  func damaged() throws {
    var model = try SmallExtractor.meanColour()
    model.setMetadata(named: ModelMetadata.entryName, to: [1, 2, 3, 4, 5, 6, 7, 8, 9])
    #expect(throws: TFLiteError.self) { try model.modelMetadata }
    #expect(DescriptionSummary(model)?.problem?.contains("TFLITE_METADATA") == true)
    #expect(try described(model).labelFile != nil)
  }

  @Test(
    "An invalid normalisation is refused with the reason",
    arguments: [
      ([], [1]), ([0], [0]), ([.nan], [1]), ([0], [.infinity]), ([0, 0], [1]), ([0], [-1]), ([0, 0, 0], [1, .nan, 1]),
    ] as [([Float], [Float])])
  func senseless(mean: [Float], deviation: [Float]) throws {
    #expect(throws: SurgeryError.self) { try PictureNormalization(mean: mean, deviation: deviation) }
    var metadata = ModelMetadata()
    metadata.subgraphs = [SubGraphMetadata()]
    metadata.subgraphs[0].inputs = [TensorMetadata()]
    metadata.subgraphs[0].inputs[0].processUnits = [
      ProcessUnit(.normalization(NormalizationOptions(mean: mean, std: deviation)))
    ]
    var model = try SmallExtractor.meanColour()
    model.setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
    #expect(throws: SurgeryError.self) { try model.pictureNormalization }
    #expect(DescriptionSummary(model)?.problem?.contains("an invalid normalisation") == true)
  }
}
