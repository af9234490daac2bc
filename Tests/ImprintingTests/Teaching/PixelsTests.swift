import TFLite
import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import Synchronization
import TestMaterial
import Testing

@Suite("Pixel buffers and asynchronous sequences of results")
struct PixelsTests {
  private let swatches: Swatches

  init() throws { swatches = try Swatches() }

  private func classifier() async throws -> Classifier {
    try Classifier(contentsOf: try await swatches.teach(["red", "green", "blue"], 0..<12, to: "colours.tflite"))
  }

  private func files(_ range: Range<Int>, of name: String) throws -> [URL] {
    try range.map { number in
      let buffer = try Swatches.picture(number, of: name)
      let file = swatches.folder.appending("\(name) \(number).bmp")
      func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
      var bytes = Array("BM".utf8) + little(0, 4) + little(0, 4) + little(54, 4) + little(40, 4)
      bytes += little(buffer.width, 4) + little(buffer.height, 4) + little(1, 2) + little(24, 2) + little(0, 24)
      // From the lowest row up, blue before green before red, each row padded to 4 bytes.
      for row in (0..<buffer.height).reversed() {
        for pixel in 0..<buffer.width {
          let at = 3 * (row * buffer.width + pixel)
          bytes += [buffer.bytes[at + 2], buffer.bytes[at + 1], buffer.bytes[at]]
        }
        bytes += Array(repeating: 0, count: (4 - 3 * buffer.width % 4) % 4)
      }
      try Data(bytes).write(to: file)
      return file
    }
  }

  @Test("Pixel buffers of any size give the same models, but for the digest in the record, and answers as their files")
  func sameAsFiles() async throws {
    let names = ["red", "green", "blue"]
    let fromFiles = try Teacher(model: swatches.extractor, augmentation: .five)
    try await fromFiles.learn(names.map { .init(name: $0, pictures: try files(0..<4, of: $0)) })
    let fromPixels = try Teacher(model: swatches.extractor, augmentation: .five)
    let lesson = try await fromPixels.learn(Swatches.classes(names, 0..<4))
    #expect(lesson.pictures == 12)
    var models = try await [fromFiles.model(), fromPixels.model()]
    for place in models.indices { try models[place].setTeachingRecord(nil) }
    #expect(try models[0].serialized().bytes() == models[1].serialized().bytes())
    _ = try await classifier()
    let classifier = try Classifier(contentsOf: swatches.folder.appending("colours.tflite"), unknown: .never)
    for name in names {
      let answer = try await classifier.classify(try Swatches.picture(40, of: name))
      #expect(answer.best?.label == name)
      #expect(try await answer == classifier.classify(files(40..<41, of: name)[0]))
    }
    let extractor = try Extractor(model: swatches.extractor)
    var embedded: [[EmbeddedPicture]] = [[], []]
    try await extractor.embed(Swatches.pictures(0..<3, of: "red")) { embedded[0].append(try $1.get()) }
    try await extractor.embed(files(0..<3, of: "red")) { embedded[1].append(try $1.get()) }
    #expect(embedded[0].map(\.name) == ["1", "2", "3"])
    #expect(embedded[0].map(\.embeddings) == embedded[1].map(\.embeddings))
  }

  @Test("A picture unlike all taught classes is unknown: it has no best class, and no class id is negative")
  func unknown() async throws {
    let classifier = try await classifier()
    #expect(classifier.unknownRule != nil && classifier.noveltyError == nil)
    let novel = try await classifier.classify(
      PixelBuffer(width: 9, height: 9, format: .grey, bytes: Array(repeating: 255, count: 81)))
    #expect(novel.isUnknown && novel.best == nil)
    #expect(novel.classes.count == 3 && novel.classes.allSatisfy { $0.id >= 0 })
    #expect("\(novel)".hasPrefix("unknown (nearest "))
    let known = try await classifier.classify(Swatches.picture(41, of: "green"))
    #expect(!known.isUnknown && known.best == known.classes.first)
    for answer in [novel, known] {
      #expect(try JSONDecoder().decode(Answer.self, from: JSONEncoder().encode(answer)) == answer)
    }
    let background = try await swatches.teach(["red", "background"], to: "none.tflite")
    // The class "background" stands for everything else; its pictures are grey.
    let none = try await Classifier(contentsOf: background).classify(Swatches.picture(2, of: "background"))
    #expect(none.isUnknown && none.best == nil)
    #expect(none.classes.first?.label == "background" || none.noveltyScore != nil)
  }

  @Test("A classifier of one class answers with this class or unknown; it needs three pictures")
  func oneClass() async throws {
    let taught = try await swatches.teach(["red"], 0..<12, to: "one.tflite")
    let classifier = try Classifier(contentsOf: taught)
    #expect(classifier.classCount == 1 && classifier.unknownRule != nil)
    var found: [String: Int] = [:]
    for name in ["red", "green", "grey"] {
      for number in 50..<60 {
        let answer = try await classifier.classify(Swatches.picture(number, of: name))
        #expect(answer.classes.map(\.label) == ["red"])
        if answer.best != nil { found[name, default: 0] += 1 }
      }
    }
    #expect(found["red", default: 0] >= 8 && found["green"] == nil && found["grey"] == nil, "\(found)")
    await #expect(throws: HeadError.tooFewPicturesOfOneClass(2)) {
      try await swatches.teach(["red"], 0..<2, to: "two.tflite")
    }
  }

  @Test("The sequence of answers is in the order of the pictures, with errors in their places")
  func order() async throws {
    let classifier = try await classifier()
    let broken = swatches.folder.appending("broken.jpg")
    try Data("no picture".utf8).write(to: broken)
    var pictures = try ["red", "green", "blue"].flatMap { try files(20..<40, of: $0) }
    pictures.insert(broken, at: 7)
    var expected: [Answer?] = []
    try await classifier.answers(pictures) { _, result in expected.append(try? result.get()) }
    var found: [Answer?] = []
    for try await (index, result) in classifier.answers(pictures) {
      #expect(index == found.count)
      found.append(try? result.get())
    }
    #expect(found == expected && found.count == 61 && found[7] == nil)
    await #expect(throws: EvaluationError.badTopK(0)) {
      for try await _ in classifier.answers(pictures, topK: 0) {}
    }
    var embeddings = 0
    for try await (_, picture) in try Extractor(model: swatches.extractor).embeddings(of: pictures) {
      if (try? picture.get()) != nil { embeddings += 1 }
    }
    #expect(embeddings == 60)
  }

  @Test("Leaving the loop or cancelling its task ends the work")
  func ending() async throws {
    let classifier = try await classifier()
    let frames = try Swatches.pictures(0..<40, of: "red")
    let many = (0..<50).flatMap { _ in frames }
    var answers = 0
    for try await _ in classifier.answers(many) {
      answers += 1
      if answers == 3 { break }
    }
    #expect(answers == 3)
    let task = Task {
      var answers = 0
      for try await _ in classifier.answers(many) {
        answers += 1
        if answers == 5 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return answers
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    // The interpreters are free again: all pictures are classified.
    answers = 0
    for try await _ in classifier.answers(frames) { answers += 1 }
    #expect(answers == 40)
  }

  @Test("Learning reports its progress as a sequence that ends with the lesson")
  func events() async throws {
    let teacher = try Teacher(model: swatches.extractor)
    let classes = try ["red", "green"].map { LabelledPictures.Class(name: $0, pictures: try files(0..<5, of: $0)) }
    var done: [Int] = []
    var lesson: Lesson?
    for try await event in teacher.events(learning: classes) {
      switch event {
      case .progress(let count, let total):
        #expect(total == 10 && lesson == nil)
        done.append(count)
      case .learnt(let found): lesson = found
      }
    }
    #expect(done == Array(1...10))
    #expect(lesson?.classes.map(\.label) == ["red", "green"])
    #expect(await teacher.classCount == 2)
    await #expect(throws: ImprintingError.badName("")) {
      for try await _ in teacher.events(learning: [.init(name: "", pictures: classes[0].pictures)]) {}
    }
  }
}
