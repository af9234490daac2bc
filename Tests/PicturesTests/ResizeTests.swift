import Pictures
import Testing

@Suite("Ways to resize")
struct ResizeTests {
  @Test(
    "Words are read and written alike",
    arguments: [
      ("crop", Resize.crop), ("crop:0.875", .crop(fraction: 0.875)), ("squash", .squash), ("pad", .pad),
      ("nearest", .nearest),
    ])
  func words(text: String, resize: Resize) {
    #expect(Resize(text) == resize)
    #expect(resize.description == text)
  }

  @Test("A whole crop is the plain one")
  func wholeCrop() {
    #expect(Resize("crop:1") == .crop)
  }

  @Test("Other words are none", arguments: ["", "Crop", "crop:", "crop:0", "crop:1.1", "crop:-1", "crop:nan", "fit"])
  func others(text: String) {
    #expect(Resize(text) == nil)
  }

  @Test("A tensor holds exactly its pixels")
  func tensor() {
    #expect(PixelTensor(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]) != nil)
    #expect(PixelTensor(width: 2, height: 1, pixels: [1, 2, 3, 4, 5]) == nil)
    #expect(PixelTensor(width: 0, height: 0, pixels: []) == nil)
    #expect(PixelTensor(width: .max, height: .max, pixels: [1, 2, 3]) == nil)
    let sum = PixelTensor(width: 1, height: 1, pixels: [1, 2, 3])?.withUnsafeBytes { $0.reduce(0) { $0 + Int($1) } }
    #expect(sum == 6)
  }
}
