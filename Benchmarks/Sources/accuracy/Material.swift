import Foundation
import Pictures

/// Where the models and pictures are that is measured with.
struct Material {
  private let root: URL
  /// The weights of EfficientNet-Lite0.
  let weights: URL

  /// - Throws: ``Complaint`` where something is missing.
  init(environment: [String: String]) throws {
    guard let root = environment["IMPRINT_TEST_MATERIAL"], let weights = environment["IMPRINT_TEST_WEIGHTS"] else {
      throw Complaint("run scripts/bench-accuracy: it says where the test material and the weights are")
    }
    self.root = URL(filePath: root)
    self.weights = URL(filePath: weights)
    for file in [self.root.appending(path: "NOTICE.md"), self.weights]
    where !FileManager.default.fileExists(atPath: file.path) {
      throw Complaint("\(file.path) is missing: the benchmark needs the test material, and scripts/setup --tests")
    }
  }

  var extractor: URL { model("mobilenet_v1_1.0_224_quant_embedding_extractor") }
  /// The classifier of 1001 classes of which ``extractor`` is a part.
  var classifier: URL { model("mobilenet_v1_1.0_224_quant") }

  /// The 17 classes of flowers, 80 pictures each.
  var flowers: [LabelledPictures.Class] {
    get throws { try LabelledPictures(root.appending(path: "data/flowers17")).classes }
  }

  /// A picture for every second ImageNet class, with its number among the classifier's classes.
  var imagenet: [(picture: URL, id: Int)] {
    get throws {
      let folder = root.appending(path: "data/imagenet_sample")
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
        guard let number = Int(name.prefix(4)) else {
          throw Complaint("\(name) does not begin with its class's number")
        }
        return (folder.appending(path: name), number + 1)
      }
    }
  }

  private func model(_ name: String) -> URL { root.appending(path: "models/\(name).tflite") }
}
