import Foundation
import ModelSurgery
import TFLite
import TestMaterial
import Testing

@Suite("Trials of models in a separate process")
struct ModelTrialCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Refuses a model whose operators would take all memory, each time")
  func hostileModel() throws {
    let model = folder.appending("hostile.tflite")
    try Data(HungryModel.model().serialized().bytes()).write(to: model)
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder)
    for _ in 0..<2 {
      let outcome = try Imprint.run(
        after: "ulimit -v 8000000",
        ["embed", "--model", model.path, data.path, "--output", folder.appending("out.embeddings").path])
      #expect(outcome.code == 1)
      #expect(outcome.stderr.contains("(the model's unusual operators: CAST, FILL)"), "\(outcome.stderr)")
    }
  }
}
