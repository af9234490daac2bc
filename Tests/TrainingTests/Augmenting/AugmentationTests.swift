import Foundation
import Heads
import Testing

@testable import Training

@Suite("Random augmentation")
struct AugmentationTests {
  private func drawn(_ seed: UInt64, _ epoch: Int, _ example: Int) -> String {
    let draw = RandomAugmentation().draw(seed: seed, epoch: epoch, example: example)
    return "\(draw.isMirrored) \(draw.changes) \(String(describing: draw.region(width: 640, height: 480)))"
  }

  @Test("A draw depends only on seed, epoch and example")
  func draws() {
    #expect(drawn(1, 2, 3) == drawn(1, 2, 3))
    let all: [(UInt64, Int, Int)] = [
      (1, 2, 3), (2, 2, 3), (1, 3, 3), (1, 2, 4), (1, 3, 2), (3, 2, 1), (0, 0, 0), (1, -1, 3),
    ]
    #expect(Set(all.map { drawn($0.0, $0.1, $0.2) }).count == all.count)
  }

  @Test("Mirrors half of the pictures at random")
  func mirroring() {
    let mirrored = (0..<1000).count { RandomAugmentation().draw(seed: 1, epoch: 0, example: $0).isMirrored }
    #expect((440...560).contains(mirrored))
    let unmirrored = RandomAugmentation(isMirroring: false)
    #expect(!(0..<100).contains { unmirrored.draw(seed: 1, epoch: 0, example: $0).isMirrored })
  }

  @Test("Turning mirroring off does not change the other draws")
  func independent() {
    let one = RandomAugmentation().draw(seed: 1, epoch: 0, example: 5)
    let other = RandomAugmentation(isMirroring: false).draw(seed: 1, epoch: 0, example: 5)
    #expect(one.changes == other.changes)
    #expect(one.region(width: 300, height: 200) == other.region(width: 300, height: 200))
  }

  @Test("Mirrors pictures of odd and even width", arguments: [1, 2, 5, 8])
  func mirrored(width: Int) {
    let pixels = (0..<2 * width * 3).map { UInt8($0) }
    var bytes = pixels
    let draw = AugmentationDraw(isMirrored: true, changes: [], crop: nil, generator: SplitMix64(seed: 0))
    bytes.withUnsafeMutableBytes { draw.finish($0, width: width) }
    let expected = (0..<2).flatMap { row in
      (0..<width).reversed().flatMap { column in (0..<3).map { pixels[(row * width + column) * 3 + $0] } }
    }
    #expect(bytes == expected)
  }

  @Test("RandomAugmentation.none changes nothing")
  func none() {
    let draw = RandomAugmentation.none.draw(seed: 1, epoch: 2, example: 3)
    #expect(!draw.isMirrored && draw.changes.isEmpty && draw.region(width: 9, height: 9) == nil)
  }

  @Test("Settings round-trip as JSON")
  func codable() throws {
    for augmentation in [
      RandomAugmentation(), .none, RandomAugmentation(crop: RandomCrop(area: 0.3...0.9), colours: nil),
    ] {
      let data = try JSONEncoder().encode(augmentation)
      #expect(try JSONDecoder().decode(RandomAugmentation.self, from: data) == augmentation)
    }
  }

  @Test("Rejects settings outside their bounds")
  func bad() {
    let crops = [
      RandomCrop(area: 0...1), RandomCrop(area: 0.5...1.1), RandomCrop(area: -1...1), RandomCrop(aspect: 0...1),
      RandomCrop(aspect: 1 ... .infinity), RandomCrop(tries: 0), RandomCrop(tries: 1001),
    ]
    for crop in crops { #expect(throws: RandomAugmentationError.self) { try RandomAugmentation(crop: crop).check() } }
    let colours = [
      ColourDistortion(brightness: -0.1, contrast: 0, saturation: 0, hue: 0),
      ColourDistortion(brightness: 0, contrast: 1.1, saturation: 0, hue: 0),
      ColourDistortion(brightness: 0, contrast: 0, saturation: .nan, hue: 0),
      ColourDistortion(brightness: 0, contrast: 0, saturation: 0, hue: 0.6),
    ]
    for colours in colours {
      #expect(throws: RandomAugmentationError.self) { try RandomAugmentation(colours: colours).check() }
    }
    #expect(throws: Never.self) { try RandomAugmentation(colours: ColourDistortion(strength: 2)).check() }
  }
}
