import Foundation
import Heads
import Imprinting
@testable import Inference
import Pictures
import TestMaterial
import Testing

@Suite("Profile of a run")
struct ProfileTests {
  @Test("The shares of all steps and of waiting add up to one, even if steps overlap")
  func shares() {
    for seconds in [0, 0.001, 1000] {
      let profile = Profile()
      profile.add(.seconds(seconds), to: .decoding)
      profile.add(.seconds(seconds), to: .inference)
      let figures = profile.figures
      let sum = figures.rows.reduce(figures.waitingShare) { $0 + figures.share($1) }
      #expect(abs(sum - 1) < 1e-9)
      #expect(figures.waiting >= 0)
      #expect(figures.rows.map(\.step) == [.decoding, .inference])
      #expect(figures.rows.map(\.seconds) == [seconds, seconds])
    }
  }

  @Test("A step that has all cores to itself leaves no core waiting")
  func alone() {
    let profile = Profile()
    profile.note(workers: 4)
    profile.add(.seconds(10), to: .inference)
    profile.add(.seconds(10), to: .solving)
    let figures = profile.figures
    #expect(figures.rows.map(figures.share) == [0.2, 0.8])
    #expect(figures.rows.map(\.seconds) == [10, 10] && figures.waiting == 0)
  }

  @Test("Counts work that fails, and runs work without a profile")
  func measuring() throws {
    let profile = Profile()
    #expect(throws: CancellationError.self) { try profile.measure(.solving) { throw CancellationError() } }
    #expect(profile.figures.rows.map(\.step) == [.solving])
    #expect(Profile?.none.measure(.solving) { 5 } == 5)
  }

  @Test(
    "Lessons and evaluations profile all their steps and count each picture once, even unreadable ones",
    arguments: [Augmentation.off, .five])
  func lesson(augmentation: Augmentation) async throws {
    let folder = try TemporaryFolder()
    let broken = folder.appending("broken.jpg")
    try Data("no picture".utf8).write(to: broken)
    let classes = try LabelledPictures(folder: Material.flowers17).classes.prefix(2).map {
      LabelledPictures.Class(name: $0.name, pictures: Array($0.pictures.prefix(4)) + [broken])
    }
    let model = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
    let profile = Profile()
    let teacher = try Teacher(model: model, augmentation: augmentation)
    let lesson = try await teacher.learn(classes, profile: profile)
    #expect(lesson.skipped.count == 2)
    #expect(profile.figures.pictures == 10)
    _ = try await profile.measure(.solving) { try await teacher.estimate }
    _ = try await teacher.evaluate(classes, profile: profile)
    let figures = profile.figures
    #expect(figures.pictures == 20)
    #expect(
      Set(figures.rows.map(\.step))
        == [.opening, .reading, .decoding, .resizing, .looking, .inference, .learning, .answering, .solving])
    #expect(figures.rows.allSatisfy { $0.seconds > 0 })
    #expect(figures.workers >= 1)
    let unprofiledTeacher = try Teacher(model: model, augmentation: augmentation)
    try await unprofiledTeacher.learn(classes)
    let (profiled, plain) = (await teacher.embeddings, await unprofiledTeacher.embeddings)
    #expect(profiled.classes.map(\.pictures) == plain.classes.map(\.pictures))
  }
}
