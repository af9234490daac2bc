import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import TestMaterial
import Testing

@Suite("Test-time augmentation")
struct ClassifierViewsTests {
  private static let side = 224
  private let folder: TemporaryFolder
  private let model: URL

  init() async throws {
    folder = try TemporaryFolder()
    model = folder.appending("flowers.tflite")
    let teacher = try Teacher(model: Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"))
    try await teacher.learn([
      .init(name: "daisy", pictures: Self.flowers("daisy", 0..<3)),
      .init(name: "iris", pictures: Self.flowers("iris", 0..<3)),
    ])
    try await teacher.save(to: model)
  }

  private static func flowers(_ name: String, _ range: Range<Int>) throws -> [URL] {
    let root = Material.flowers17.appending(path: name)
    let files = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    return files[range].map { root.appending(path: $0) }
  }

  /// Returns a window of a picture, of the model's input size.
  private static func window(_ picture: PixelTensor, _ left: Int, _ top: Int, isMirrored: Bool = false) -> [UInt8] {
    var pixels: [UInt8] = []
    for row in top..<top + side {
      let start = 3 * (row * picture.width + left)
      let line = picture.pixels[start..<start + 3 * side]
      guard isMirrored else {
        pixels += line
        continue
      }
      for end in stride(from: line.endIndex, to: line.startIndex, by: -3) { pixels += line[end - 3..<end] }
    }
    return pixels
  }

  /// Returns the five views of a picture, or the other eight of the thirteen.
  private static func views(_ picture: URL, others: Bool = false) throws -> [[UInt8]] {
    let plain = try PictureReader(width: side, height: side, resize: .crop).read(picture)
    let large = try PictureReader(width: 299, height: 299, resize: .crop).read(picture)
    let squashed = try PictureReader(width: side, height: side, resize: .squash).read(picture)
    guard others else {
      return [
        window(plain, 0, 0), window(large, 37, 37, isMirrored: true), window(large, 0, 0),
        window(large, 75, 75, isMirrored: true), window(squashed, 0, 0),
      ]
    }
    return [
      window(plain, 0, 0, isMirrored: true), window(large, 37, 37), window(large, 0, 0, isMirrored: true),
      window(large, 75, 75), window(large, 75, 0), window(large, 75, 0, isMirrored: true), window(large, 0, 75),
      window(large, 0, 75, isMirrored: true),
    ]
  }

  /// Writes a picture of the model's input size as a BMP file, which is lossless.
  private func file(_ pixels: [UInt8], _ name: String) throws -> URL {
    func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
    var bytes = Array("BM".utf8) + little(0, 4) + little(0, 4) + little(54, 4) + little(40, 4)
    bytes += little(Self.side, 4) + little(Self.side, 4) + little(1, 2) + little(24, 2) + little(0, 24)
    // From the lowest row up, blue before green before red.
    for row in (0..<Self.side).reversed() {
      for pixel in stride(from: 3 * row * Self.side, to: 3 * (row + 1) * Self.side, by: 3) {
        bytes += [pixels[pixel + 2], pixels[pixel + 1], pixels[pixel]]
      }
    }
    let file = folder.appending(name)
    try Data(bytes).write(to: file)
    return file
  }

  private func scores(_ classifier: Classifier, _ pictures: [URL]) async throws -> [[Float]] {
    var all: [[Float]] = []
    try await classifier.scores(pictures) { _, scores in all.append(try scores.get()) }
    return all
  }

  @Test("Scores and the novelty score are the means over the views", arguments: [Augmentation.five, .thirteen])
  func means(views: Augmentation) async throws {
    let picture = try Self.flowers("iris", 10..<11)[0]
    let pixels = try Self.views(picture) + (views == .thirteen ? Self.views(picture, others: true) : [])
    let files = try pixels.enumerated().map { try file($1, "\($0).bmp") }
    #expect(files.count == views.count)
    let single = try Classifier(contentsOf: model)
    let singleScores = try await scores(single, files)
    #expect(Set(singleScores).count > 1)
    let several = try Classifier(contentsOf: model, testTimeAugmentation: views)
    let meanScores = try await scores(several, [picture])[0]
    #expect(meanScores.count == 2)
    for index in meanScores.indices {
      #expect(abs(meanScores[index] - singleScores.reduce(0) { $0 + $1[index] } / Float(views.count)) < 1e-4)
    }

    var noveltyScores: [Float] = []
    for file in files { noveltyScores.append(try #require(try await single.classify(file).noveltyScore)) }
    let mean = noveltyScores.reduce(0, +) / Float(views.count)
    let meanNovelty = try #require(try await several.classify(picture).noveltyScore)
    #expect(abs(meanNovelty - mean) < 1e-3 * max(1, abs(mean)))
    #expect(Set(noveltyScores).count > 1)
  }

  @Test("Augmentation is off by default, and answers come in the order of the pictures")
  func standard() async throws {
    let pictures = try Self.flowers("daisy", 10..<13) + Self.flowers("iris", 10..<13)
    let standard = try Classifier(contentsOf: model)
    #expect(standard.testTimeAugmentation == .off)
    #expect(
      try await scores(standard, pictures)
        == scores(Classifier(contentsOf: model, testTimeAugmentation: .off), pictures))
    let five = try Classifier(contentsOf: model, testTimeAugmentation: .five)
    let meanScores = try await scores(five, pictures)
    for (picture, found) in zip(pictures, meanScores) { #expect(try await scores(five, [picture]) == [found]) }
  }

  @Test("An unreadable picture fails alone; the others get their answers")
  func unreadable() async throws {
    let broken = folder.appending("broken.jpg")
    try Data("no picture".utf8).write(to: broken)
    let pictures = try Self.flowers("daisy", 10..<11) + [broken] + Self.flowers("iris", 10..<11)
    var isAnswered: [Bool] = []
    try await Classifier(contentsOf: model, testTimeAugmentation: .five).answers(pictures) { _, answer in
      isAnswered.append((try? answer.get()) != nil)
    }
    #expect(isAnswered == [true, false, true])
  }

  @Test("A decoded picture in memory is classified once, whatever the augmentation")
  func inMemory() async throws {
    let picture = try #require(
      PixelTensor(
        width: Self.side, height: Self.side, pixels: try Self.views(Self.flowers("daisy", 10..<11)[0])[0]))
    let once = try Classifier(contentsOf: model, unknown: .never)
    let five = try Classifier(contentsOf: model, testTimeAugmentation: .five, unknown: .never)
    #expect(try await once.classify(picture) == five.classify(picture))
  }
}
