import Pictures
import Heads
import Testing

@testable import Training

@Suite("Random crops")
struct RandomCropTests {
  @Test("Crops keep to the ranges of area and aspect, to pixel borders and to the picture")
  func ranges() throws {
    let crop = RandomCrop()
    var generator = SplitMix64(seed: 1)
    for (width, height) in [(500, 375), (375, 500), (224, 224), (900, 301)] {
      var areas: [Double] = []
      for _ in 0..<500 {
        let region = try #require(crop.draw(width: width, height: height, using: &generator))
        let (across, down) = (region.width * Double(width), region.height * Double(height))
        for pixels in [across, down, region.left * Double(width), region.top * Double(height)] {
          #expect(abs(pixels - pixels.rounded()) < 1e-6)
        }
        // Allow half a pixel, because the width is rounded.
        #expect((across + 0.51) / down >= 0.75 && (across - 0.51) / down <= 4 / 3)
        #expect(region.left >= 0 && region.top >= 0)
        #expect(region.left + region.width <= 1 + 1e-9 && region.top + region.height <= 1 + 1e-9)
        areas.append(region.width * region.height)
      }
      #expect(areas.allSatisfy { $0 >= 0.08 && $0 <= 1 })
      #expect(areas.contains { $0 < 0.15 } && areas.contains { $0 > 0.4 })
    }
  }

  @Test("Crops are spread over the whole picture")
  func places() throws {
    let crop = RandomCrop(area: 0.2...0.3)
    var generator = SplitMix64(seed: 2)
    let regions = (0..<2000).compactMap { _ in crop.draw(width: 300, height: 300, using: &generator) }
    #expect(regions.contains { $0.left == 0 } && regions.contains { $0.top == 0 })
    #expect(regions.contains { $0.left + $0.width > 1 - 1e-9 } && regions.contains { $0.top + $0.height > 1 - 1e-9 })
    let centre = regions.map { $0.left + $0.width / 2 }.reduce(0, +) / Double(regions.count)
    #expect(abs(centre - 0.5) < 0.02)
  }

  @Test("Returns no crop if none fits, and handles the smallest pictures")
  func none() {
    var generator = SplitMix64(seed: 3)
    #expect(RandomCrop(area: 0.9...1).draw(width: 1000, height: 10, using: &generator) == nil)
    #expect(RandomCrop(area: 1...1, aspect: 1...1).draw(width: 64, height: 64, using: &generator)?.width == 1)
    for (width, height) in [(1, 1), (1, 65535), (65535, 1), (2, 3)] {
      for aspect in [0.75...1.25, 0.01...0.01, 100.0...100.0, 0.01...100] {
        for _ in 0..<50 {
          let crop = RandomCrop(area: 1e-9...1, aspect: aspect, tries: 10)
          guard let region = crop.draw(width: width, height: height, using: &generator) else { continue }
          #expect(region.width > 0 && region.height > 0)
        }
      }
    }
  }
}
