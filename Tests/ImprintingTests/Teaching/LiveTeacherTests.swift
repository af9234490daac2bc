import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import TestMaterial
import Testing

@Suite("Teaching by single frames")
struct LiveTeacherTests {
  private let base = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")

  private func frames(_ flower: String, _ range: Range<Int>) throws -> [Frame] {
    let root = Material.flowers17.appending(path: flower)
    let files = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    return files[range].enumerated().map {
      Frame(source: 0, number: $0 + 1, content: .file(root.appending(path: $1)), time: .zero)
    }
  }

  private func embedded(_ flower: String, _ range: Range<Int>, by live: LiveTeacher) async throws -> [EmbeddedPicture] {
    var found: [EmbeddedPicture] = []
    for frame in try frames(flower, range) {
      found.append(try await live.embed(frame, named: "\(flower) \(frame.number)"))
    }
    return found
  }

  @Test("The next frame knows what was taught, with the scores of the model that is made of it")
  func sameScores() async throws {
    let execution = Execution(arithmetic: .exact)
    var live = try LiveTeacher(Extractor(model: base, execution: execution))
    let (daisies, irises) = (try await embedded("daisy", 0..<4, by: live), try await embedded("iris", 0..<4, by: live))
    #expect(try live.answer(daisies[0]).isUnknown && !live.hasChanged)
    for daisy in daisies { try live.add(daisy, to: "daisy") }
    #expect(try live.answer(irises[0]).best?.label == "daisy")
    for iris in irises { try live.add(iris, to: "iris") }
    #expect(live.classes == ["daisy", "iris"])
    let teacher = try Teacher(model: base, from: live.embeddings, execution: execution)
    let classifier = try await Classifier(model: teacher.model(), unknown: .never, execution: execution)
    for flower in ["daisy", "iris"] {
      for frame in try frames(flower, 20..<24) {
        let ours = try live.answer(await live.embed(frame, named: "new"))
        guard case .file(let file) = frame.content else { continue }
        let theirs = try await classifier.classify(file)
        #expect(ours.best?.label == theirs.best?.label)
        #expect(abs((ours.best?.score ?? 0) - (theirs.best?.score ?? 1)) < 1e-3)
      }
    }
  }

  @Test("What was added can be taken back: the embeddings are as before")
  func takenBack() async throws {
    var live = try LiveTeacher(Extractor(model: base, execution: Execution(arithmetic: .exact)))
    let daisies = try await embedded("daisy", 0..<2, by: live)
    let irises = try await embedded("iris", 0..<2, by: live)
    try live.add(daisies[0], to: "daisy")
    try live.add(irises[0], to: "iris")
    let before = try live.answer(daisies[1])
    try live.add(irises[1], to: "daisy")
    #expect(try live.answer(daisies[1]) != before)
    let gone = try live.takeBack()
    #expect(gone?.picture == "iris 2" && gone?.label == "daisy")
    #expect(try live.answer(daisies[1]) == before)
    #expect(try live.takeBack()?.label == "iris")
    #expect(live.classes == ["daisy"])
    #expect(try live.takeBack()?.label == "daisy")
    #expect(try live.takeBack() == nil)
    #expect(live.classes.isEmpty && !live.hasChanged)
    #expect(throws: EmbeddingSetError.self) { try live.remove("x", from: "daisy") }
  }
}
