import Foundation
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite("A doubt about the range of a model's input")
struct NormalizationDoubtTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes 20 bright and 20 dark pictures, each in its folder.
  private func pictures() throws -> URL {
    let data = folder.appending("pictures")
    for (name, light) in [("bright", 180), ("dark", 20)] {
      let place = data.appending(path: name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for number in 0..<20 {
        let pixels = [UInt8](repeating: UInt8(light + number), count: 8 * 8 * 3)
        let picture = try #require(PixelTensor(width: 8, height: 8, pixels: pixels))
        try Data(MadePictures.bitmap(picture)).write(to: place.appending(path: "\(number).bmp"))
      }
    }
    return data
  }

  /// Writes a classifier that tells bright pictures from dark ones where the input is a picture's bytes.
  private func model(normalization: PictureNormalization? = nil) throws -> URL {
    var small = SmallClassifier(rows: [[1, 0, 0], [0, 0, 0]])
    small.biases = [-128, 0]
    var model = small.model
    try model.describeClassifier(name: "light", labels: ["bright", "dark"])
    var metadata = try #require(try model.modelMetadata)
    metadata.subgraphs[0].inputs[0].processUnits = []
    model.setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
    if let normalization { try model.setPictureNormalization(normalization) }
    let file = folder.appending("light.tflite")
    try model.serialized().write(to: file)
    return file
  }

  @Test("'evaluate' warns that another range names more pictures right, and says how to give it")
  func doubt() throws {
    let (model, data) = (try model(), try pictures())
    let outcome = try Imprint.run("evaluate", "--model", model.path, "--data", data.path)
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("50.0 %"))
    #expect(
      outcome.stderr.contains("it names 20 of 40 pictures right, with --mean 0 --std 1 40"), "\(outcome.stderr)")
    let given = try Imprint.run(
      "evaluate", "--model", model.path, "--data", data.path, "--mean", "0", "--std", "1")
    #expect(given.output.contains("100.0 %") && given.stderr == "")
  }

  @Test("'evaluate' does not doubt a model that states its normalisation")
  func stated() throws {
    let model = try model(normalization: PictureNormalization(mean: [0], deviation: [1]))
    let outcome = try Imprint.run("evaluate", "--model", model.path, "--data", pictures().path)
    #expect(outcome.output.contains("100.0 %") && outcome.stderr == "")
  }
}
