import Benchmark
import Foundation
import Pictures

/// Reading a JPEG file into a tensor of 224 × 224 pixels.
struct PictureSuite {
  private let reader: PictureReader
  private let small: URL
  private let large: URL

  init(_ material: Material) throws {
    reader = try PictureReader(width: 224, height: 224)
    small = material.pictures.appending(path: "small.jpg")
    large = material.pictures.appending(path: "large.jpg")
    for picture in [small, large] { _ = try reader.read(picture) }
  }

  func suite() -> BenchmarkSuite {
    BenchmarkSuite(name: "pictures", settings: MinTime(seconds: 0.5)) { suite in
      suite.benchmark("read a picture of 0.3 megapixels") { _ = try reader.read(small) }
      suite.benchmark("read a picture of 12 megapixels") { _ = try reader.read(large) }
    }
  }
}
