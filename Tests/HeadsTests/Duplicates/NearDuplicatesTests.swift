import Foundation
import Platform
import TFLite
import TestHeads
import Testing

@testable import Heads

@Suite("Near-duplicates")
struct NearDuplicatesTests {
  /// Returns a picture whose embedding and look lie around those of a scene; 0 is the scene itself.
  private func picture(
    _ scene: Int, noise: Int, isMirrored: Bool = false, spread: Float = 30, tag: Int = 0
  ) throws -> EmbeddedPicture {
    var generator = SplitMix64(seed: UInt64(scene + 1))
    var other = SplitMix64(seed: UInt64(1000 * scene + tag + 7))
    let bytes = (0..<64).map { _ in
      UInt8(
        clamping: Int.random(in: 20...200, using: &generator)
          + (noise == 0 ? 0 : Int.random(in: -noise...noise, using: &other)))
    }
    // A few smooth waves.
    let waves = (0..<6).map { _ in (Int.random(in: 0...4, using: &generator), Int.random(in: 0...4, using: &generator))
    }
    let heights = waves.map { _ in Float.random(in: -spread...spread, using: &generator) }
    let cells = PictureSketch.cells
    let luma = (0..<cells * cells).map { index -> Float in
      let row = index / cells
      let column = isMirrored ? cells - 1 - index % cells : index % cells
      return 128
        + zip(waves, heights).reduce(Float(0)) { sum, wave in
          sum + wave.1 * cos(Float(wave.0.0 * row + wave.0.1 * column) / Float(cells) * .pi)
        }
    }
    let look = PictureSketch(luma: luma).map {
      PictureLook(width: 100, height: 80, brightness: 128, contrast: 40, sharpness: 1, sketch: $0)
    }
    let digest = Array("\(scene) \(noise) \(isMirrored) \(tag)".utf8).withUnsafeBytes { PictureDigest(of: $0) }
    return EmbeddedPicture(
      name: "\(scene)-\(noise)-\(tag)\(isMirrored ? "-mirrored" : "").jpg", embeddings: Bytes(bytes), digest: digest,
      look: look)
  }

  private var empty: EmbeddingSet { EmbeddingSet(space: MadeEmbeddings.space(dimension: 64)) }

  @Test("Finds copies and mirrored copies within and across classes, and nothing among different pictures")
  func pairs() throws {
    var set = empty
    for scene in 0..<12 { try set.add(picture(scene, noise: 0), to: scene < 6 ? "a" : "b") }
    #expect(try NearDuplicates(set).pairs.isEmpty)
    try set.add(picture(1, noise: 3), to: "a")
    try set.add(picture(2, noise: 3, isMirrored: true), to: "b")
    let found = try NearDuplicates(set).pairs
    let names = set.classes.flatMap { $0.pictures.map(\.name) }
    #expect(
      Set(found.map { [names[$0.first], names[$0.second]] })
        == [["1-0-0.jpg", "1-3-0.jpg"], ["2-0-0.jpg", "2-3-0-mirrored.jpg"]])
    #expect(found.allSatisfy { !$0.isExact && $0.similarity > 0.9 && $0.similarity <= 1 })
  }

  @Test("The same content in two classes is an exact pair, also without looks; other pictures without looks have none")
  func exact() throws {
    var set = empty
    for scene in 0..<4 {
      let made = try picture(scene, noise: 0)
      let blind = EmbeddedPicture(name: made.name, embeddings: made.embeddings, digest: made.digest)
      try set.add(blind, to: "a")
      if scene == 2 { try set.add(blind, to: "b") }
      try set.add(EmbeddedPicture(name: "twin", embeddings: made.embeddings), to: "c\(scene)")
    }
    let found = try NearDuplicates(set).pairs
    #expect(found.count == 1 && found[0].isExact && found[0].similarity == 1)
  }

  @Test("A hundred thousand copies across classes make as many pairs, not all pairs of them")
  func manyCopies() throws {
    let scene = try picture(1, noise: 0)
    var set = EmbeddingSet(space: MadeEmbeddings.space(dimension: 64), budget: .max)
    for place in 0..<1000 {
      for _ in 0..<100 { try set.append(scene, to: "class \(place)") }
    }
    let pairs = try NearDuplicates(set).pairs
    #expect(pairs.count == 99_999 && pairs.allSatisfy { $0.isExact && $0.second == $0.first + 1 })
    #expect(PictureGroups(count: 100_000, joining: pairs.map { ($0.first, $0.second) }).groups.count == 1)
  }

  @Test("Pictures of a fixed camera, all alike, are not taken for near-duplicates")
  func fixedCamera() throws {
    var set = empty
    for tag in 0..<30 {
      try set.add(picture(1, noise: 25, tag: tag), to: "good")
      try set.add(picture(1, noise: 25, tag: 100 + tag), to: "bad")
    }
    let found = try NearDuplicates(set).pairs
    #expect(found.count < 40, "\(found.count) of 1770 pairs")
    #expect(try Analytic(findsNovelty: false).solve(set).leaveOneOut != nil)
  }

  @Test("A review tells wrong labels, conflicts and the classes' figures")
  func review() throws {
    var set = empty
    for scene in 0..<3 {
      for tag in 0..<10 { try set.add(picture(scene, noise: 60, tag: tag), to: "class \(scene)") }
    }
    let wrong = try picture(0, noise: 60, tag: 50)
    try set.add(wrong, to: "class 1")
    let copy = try picture(2, noise: 60, tag: 4)
    try set.add(copy, to: "class 0")
    let review = try DataReview(set)
    #expect(review.suspects.prefix(2).map(\.picture).contains(wrong.name))
    #expect(review.suspects.first { $0.picture == wrong.name }?.looksLike == "class 0")
    #expect(review.conflicts.count == 1)
    #expect(review.duplicates.contains { $0.isExact && $0.crossesClasses })
    #expect(review.classes.map(\.pictures) == [11, 11, 10])
    var sums = EmbeddingSet(space: set.space, budget: 0)
    try sums.merge(set)
    #expect(throws: EmbeddingSetError.pastBudget("checking individual pictures", bytes: 0)) { try DataReview(sums) }
  }
}
