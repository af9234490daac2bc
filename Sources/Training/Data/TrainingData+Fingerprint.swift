import Heads
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension TrainingData {
  /// Tells pictures from others: a digest of their labels, names and sizes in their order, wherever their folder lies.
  ///
  /// - Complexity: O(``count``); the pictures are not read.
  var fingerprint: String {
    get throws {
      let pictures = examples.map { example in
        switch example.picture {
        case .file(let url):
          let names = url.pathComponents.suffix(2).joined(separator: "/")
          return "\(example.label) \(names) \(Self.size(of: url))"
        case .record(let slice):
          return "\(example.label) \(slice.file) \(slice.record) \(slice.bytes)"
        }
      }
      return try Bytes(Array((labels + pictures).joined(separator: "\n").utf8)).sha256
    }
  }

  private static func size(of file: URL) -> Int {
    let size = try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int
    return size ?? 0
  }
}
