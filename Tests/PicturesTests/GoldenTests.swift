import Platform
import Foundation
import Pictures
import TestMaterial
import Testing

@Suite("Golden pictures", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct GoldenTests {
  private struct Golden: Decodable {
    struct Image: Decodable {
      let hash: String
      enum CodingKeys: String, CodingKey { case hash = "rgb_sha256" }
    }
    let images: [String: Image]
  }

  @Test("The nearest pixels of Coral's pictures are those that the golden values were made of")
  func nearest() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Material.golden("l2norm_coral.json")))
    #expect(golden.images.count == 7)
    let reader = try PictureReader(width: 224, height: 224, resize: .nearest)
    for (name, image) in golden.images {
      let tensor = try reader.read(Material.coralPicture(name))
      #expect(try SHA256Digest(of: tensor.pixels).hexadecimal == image.hash, "\(name)")
    }
  }
}
