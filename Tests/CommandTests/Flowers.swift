import Foundation
import TestMaterial

/// Small folders of real flowers.
enum Flowers {
  static let extractor = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor").path
  static let l2norm = Material.model("mobilenet_v1_1.0_224_l2norm_quant").path

  /// Makes a folder with one folder of pictures for each class.
  ///
  /// - Parameter classes: For each class, the name of its folder, the class of flowers17 and the range of its pictures.
  static func folder(
    _ classes: [(name: String, flower: String, pictures: Range<Int>)], in parent: TemporaryFolder,
    named name: String = "data"
  ) throws -> URL {
    let root = parent.appending(name)
    for (name, flower, range) in classes {
      let folder = root.appending(path: name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for file in try pictures(of: flower, range) {
        try FileManager.default.copyItem(at: file, to: folder.appending(path: file.lastPathComponent))
      }
    }
    return root
  }

  /// Returns some pictures of a class of flowers17, in order of their names.
  static func pictures(of flower: String, _ range: Range<Int>) throws -> [URL] {
    let folder = Material.flowers17.appending(path: flower)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return names[range].map { folder.appending(path: $0) }
  }
}
