import Foundation
import ModelSurgery
import TestMaterial

@testable import Training

/// Class folders of small pictures that differ in colour, which a network learns in seconds.
struct ColouredPictures {
  let folder: TemporaryFolder
  let data: TrainingData

  /// The comment of suites that are skipped without libtorch.
  static let need = "scripts/setup --training installs libtorch"

  init(_ classes: [String] = ["blue", "green", "red"], pictures: Int = 12) throws {
    folder = try TemporaryFolder()
    for (place, name) in classes.enumerated() {
      let own = folder.appending("data/\(name)")
      try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
      for number in 0..<pictures {
        let hue = Double(place) / Double(classes.count) * 2 * Double.pi + 0.05 * Double(number % 5)
        let bytes = BitmapPicture.bytes(width: 40, height: 40) { x, y in
          (0..<3).map { channel in
            128 + Int(90 * cos(hue + Double(channel) * 2.1)) + (x * (number + 1) + y * 7) % 23
          }
        }
        try Data(bytes).write(to: own.appending(path: "\(100 + number).bmp"))
      }
    }
    data = try TrainingData(folder: folder.appending("data"))
  }

  /// Returns the pretrained weights of Coral's small MobileNet.
  static func start() throws -> PretrainedWeights {
    try PretrainedWeights(
      contentsOf: Material.model("mobilenet_v1_0.25_128_quant"), for: .mobileNetV1(multiplier: 0.25))
  }

  /// Returns a short run of a small network from random weights.
  func run(_ name: String = "run", _ change: (inout TrainingSettings) -> Void = { _ in }) throws -> TrainingRun {
    let parts = try data.split(testRatio: 0.25)
    var settings = TrainingSettings(
      architecture: "mobilenet-v1-0.25", side: 32, epochs: 2, batchSize: 4, rate: LearningRate(peak: 0.02), seed: 5)
    settings.augmentation.colours = nil
    settings.augmentation.crop?.area = 0.5...1
    change(&settings)
    var run = TrainingRun(
      settings: settings, training: parts.training, test: parts.heldBack, folder: folder.appending(name), threads: 1)
    // Write checkpoints only at the end of an epoch, even on a slow machine.
    run.checkpointInterval = .seconds(86_400)
    return run
  }
}
