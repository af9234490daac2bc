import Foundation
public import Pictures

/// Generated pictures, in folders and files named like those of the material. Their patterns distinguish the classes.
public enum MadePictures {
  static let flowers = [
    "bluebell", "buttercup", "colts_foot", "cowslip", "crocus", "daffodil", "daisy", "dandelion", "fritillary", "iris",
    "lily_valley", "pansy", "snowdrop", "sunflower", "tigerlily", "tulip", "windflower",
  ]
  static let coral = [
    "cat_test_0", "cat_train_0", "dog_test_0", "dog_train_0", "hotdog_test_0", "hotdog_train_0", "hotdog_train_1",
  ]

  /// Writes 80 pictures of each flower, in a folder for each, and Coral's seven as BMP.
  static func write(to root: URL) throws {
    for (place, flower) in flowers.enumerated() {
      let folder = root.appending(path: "data/flowers17/\(flower)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for number in 0..<80 {
        let size = number % 2 == 0 ? (width: 160, height: 128) : (width: 120, height: 144)
        let picture = pattern(place, of: flowers.count, number: number, size: size)
        guard let bytes = picture?.jpeg(quality: 90) else { throw CocoaError(.fileWriteUnknown) }
        let name = "image_\(String(80 * place + number + 10001).dropFirst()).jpg"
        try Data(bytes).write(to: folder.appending(path: name))
      }
    }
    let folder = root.appending(path: "images/coral")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (number, name) in coral.enumerated() {
      let kind = name.hasPrefix("cat") ? 0 : name.hasPrefix("dog") ? 1 : 2
      let picture = pattern(kind, of: 3, number: number, size: (width: 500, height: 300 + 20 * number))
      guard let picture else { throw CocoaError(.fileWriteUnknown) }
      try Data(bitmap(picture)).write(to: folder.appending(path: name + ".bmp"))
    }
  }

  /// Returns a flower before a background. The class determines its colours, the number of petals and the rings in them;
  /// the picture's number determines position, size and light.
  static func pattern(_ kind: Int, of kinds: Int, number: Int, size: (width: Int, height: Int)) -> PixelTensor? {
    var generator = SeededGenerator(seed: 1000 * kind + number)
    let share = Double(kind) / Double(kinds)
    let petals = Double(3 + kind % 5)
    let centre = (
      x: Double.random(in: 0.42...0.58, using: &generator), y: Double.random(in: 0.42...0.58, using: &generator)
    )
    let reach = Double.random(in: 0.3...0.42, using: &generator)
    let turn = Double.random(in: 0...6, using: &generator)
    let light = Double.random(in: 0.9...1.1, using: &generator)
    let petal = colour(share * 2 * .pi + Double.random(in: -0.05...0.05, using: &generator))
    let ground = colour((1 - share) * 4 * .pi + 1)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * size.width * size.height)
    for row in 0..<size.height {
      for column in 0..<size.width {
        let x = Double(column) / Double(size.width) - centre.x
        let y = Double(row) / Double(size.height) - centre.y
        let radius = (x * x + y * y).squareRoot() / reach
        let isPetal = radius < 0.65 + 0.35 * cos(petals * atan2(y, x) + turn)
        let ring = 1 + 0.25 * sin(radius * Double(4 + kind % 7 * 3))
        for channel in 0..<3 {
          let value = (isPetal ? petal[channel] * ring : 0.6 * ground[channel]) * light
          pixels.append(UInt8(clamping: Int(value) + Int(generator.next() % 9)))
        }
      }
    }
    return PixelTensor(width: size.width, height: size.height, pixels: pixels)
  }

  private static func colour(_ hue: Double) -> [Double] { (0..<3).map { 128 + 110 * cos(hue - Double($0) * 2.1) } }

  /// Returns a picture as BMP with 24 bits for each pixel.
  public static func bitmap(_ picture: PixelTensor) -> [UInt8] {
    let line = (3 * picture.width + 3) / 4 * 4
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var file = Array("BM".utf8) + little(54 + line * picture.height, 4) + little(0, 4) + little(54, 4)
    file += little(40, 4) + little(picture.width, 4) + little(picture.height, 4) + little(1, 2) + little(24, 2)
    file += little(0, 24)
    for row in (0..<picture.height).reversed() {
      let start = 3 * row * picture.width
      for column in 0..<picture.width {
        let place = start + 3 * column
        file += [picture.pixels[place + 2], picture.pixels[place + 1], picture.pixels[place]]
      }
      file += Array(repeating: 0, count: line - 3 * picture.width)
    }
    return file
  }
}
