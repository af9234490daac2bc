import Foundation
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
import TFLite
import TestMaterial

/// Generated pictures of coloured quarters, and a small extractor that distinguishes them.
struct Swatches {
  static let names = ["red", "green", "blue", "grey", "background"]

  let folder: TemporaryFolder
  /// The file of a small extractor: the colours of a picture's quarters.
  let extractor: URL

  init() throws {
    folder = try TemporaryFolder()
    extractor = folder.appending("extractor.tflite")
    try SmallExtractor.model(.uint8(scale: 0.02, zeroPoint: 0)).serialized().write(to: extractor)
  }

  /// Returns a picture of a class, of 30x20 pixels: each quarter is close to the class's colour.
  static func picture(_ number: Int, of name: String) throws -> PixelBuffer {
    let place = names.firstIndex(of: name) ?? 0
    var generator = SeededGenerator(seed: 1000 * place + number)
    var colours = (0..<12).map { channel in
      (channel % 3 == place ? 200 : 60) + Int.random(in: -40...40, using: &generator)
    }
    if place >= 3 { colours = colours.map { _ in Int.random(in: 100...150, using: &generator) } }
    var bytes: [UInt8] = []
    for row in 0..<20 {
      for column in 0..<30 {
        let quarter = row / 10 * 2 + column / 15
        for channel in 0..<3 { bytes.append(UInt8(clamping: colours[3 * quarter + channel])) }
      }
    }
    return try PixelBuffer(width: 30, height: 20, bytes: bytes)
  }

  static func pictures(_ range: Range<Int>, of name: String) throws -> [PixelBuffer] {
    try range.map { try picture($0, of: name) }
  }

  /// Returns classes with their pictures, for `Teacher.learn`.
  static func classes(_ names: [String], _ range: Range<Int>) throws -> [(name: String, pictures: [PixelBuffer])] {
    try names.map { ($0, try pictures(range, of: $0)) }
  }

  /// Writes a classifier of some classes, with its embeddings if asked, and returns its file.
  func teach(
    _ names: [String], _ range: Range<Int> = 0..<6, from model: URL? = nil, method: any HeadMethod = Analytic(),
    keepClasses: Bool = false, withEmbeddings: Bool = true, to file: String
  ) async throws -> URL {
    let teacher = try Teacher(model: model ?? extractor, method: method, keepClasses: keepClasses)
    try await teacher.learn(Self.classes(names, range))
    let file = folder.appending(file)
    try await teacher.save(to: file, withEmbeddings: withEmbeddings)
    return file
  }
}
