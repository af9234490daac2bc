import Foundation
import Pictures

/// The models and pictures of the benchmark.
struct Material {
  private let root: URL
  /// The weights of EfficientNet-Lite0.
  let weights: URL

  /// - Throws: ``BenchmarkError`` if a file is missing.
  init(environment: [String: String]) throws {
    guard let root = environment["IMPRINT_TEST_MATERIAL"], let weights = environment["IMPRINT_TEST_WEIGHTS"] else {
      throw BenchmarkError("run scripts/bench-accuracy, which sets the paths of the test material and the weights")
    }
    self.root = URL(filePath: root)
    self.weights = URL(filePath: weights)
    for file in [self.root.appending(path: "NOTICE.md"), self.weights]
    where !FileManager.default.fileExists(atPath: file.path) {
      throw BenchmarkError("\(file.path) is missing: the benchmark needs the test material, and scripts/setup --tests")
    }
  }

  var extractor: URL { model("mobilenet_v1_1.0_224_quant_embedding_extractor") }
  /// The classifier of 1001 classes that ``extractor`` is a part of.
  var classifier: URL { model("mobilenet_v1_1.0_224_quant") }

  /// The 17 classes of flowers, 80 pictures each.
  var flowers: [LabelledPictures.Class] {
    get throws { try LabelledPictures(root.appending(path: "data/flowers17")).classes }
  }

  /// One picture of every second ImageNet class, with the number of the class in the classifier.
  var imagenet: [(picture: URL, id: Int)] {
    get throws {
      let folder = root.appending(path: "data/imagenet_sample")
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
        guard let number = Int(name.prefix(4)) else {
          throw BenchmarkError("\(name) does not begin with its class's number")
        }
        return (folder.appending(path: name), number + 1)
      }
    }
  }

  private func model(_ name: String) -> URL { root.appending(path: "models/\(name).tflite") }
}
