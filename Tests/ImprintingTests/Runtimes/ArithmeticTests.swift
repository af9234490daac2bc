import Foundation
import LiteRT
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@testable import Heads
@testable import Imprinting
@testable import Inference

@Suite("Arithmetic of a model")
struct ArithmeticTests {
  private let model = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func pictures(_ range: Range<Int>, of name: String) throws -> [URL] {
    try PictureFiles.pictures(at: Material.flowers17.appending(path: name))[range].map { $0 }
  }

  private func extractor(_ arithmetic: Arithmetic?, cache: ModelCache? = nil) throws -> Extractor {
    try Extractor(model: model, execution: Execution(arithmetic: arithmetic, cache: cache))
  }

  private func embeddings(_ extractor: Extractor, _ pictures: [URL]) async throws -> [[Float]] {
    var found: [[Float]] = []
    try await extractor.embed(pictures) { _, result in
      found.append(extractor.space.steps(try result.get().embeddings))
    }
    return found
  }

  private func cosine(_ one: [Float], _ other: [Float]) -> Float {
    let dot = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    let norms = [one, other].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return dot / (norms[0] * norms[1])
  }

  @Test("int8 embeddings differ from the exact ones, with a cosine above 0.998")
  func embeddings() async throws {
    let pictures = try pictures(0..<6, of: "iris")
    let (exact, rewritten) = (try extractor(.exact), try extractor(.int8))
    #expect(exact.space.arithmetic == .exact)
    #expect(rewritten.space.arithmetic == .int8)
    #expect(rewritten.space.difference(to: exact.space) == .arithmetic(.int8, .exact))
    let (exactEmbeddings, rewrittenEmbeddings) = (
      try await embeddings(exact, pictures), try await embeddings(rewritten, pictures)
    )
    #expect(rewrittenEmbeddings != exactEmbeddings)
    for (one, other) in zip(rewrittenEmbeddings, exactEmbeddings) { #expect(cosine(one, other) > 0.998) }
  }

  @Test("The default arithmetic depends on the processor")
  func automatic() throws {
    #expect(try extractor(nil).space.arithmetic == ArithmeticTable.row(for: .current).choice)
  }

  @Test("A cached rewritten model gives the same embeddings; a damaged one is made again")
  func cached() async throws {
    let cache = ModelCache(folder: folder.appending("models"))
    let pictures = try pictures(0..<3, of: "daisy")
    let expected = try await embeddings(extractor(.int8), pictures)
    for round in 0..<4 {
      #expect(try await embeddings(extractor(.int8, cache: cache), pictures) == expected)
      let files = try FileManager.default.contentsOfDirectory(atPath: cache.folder.path).sorted()
      #expect(files.count == 4)
      for file in files {
        let file = cache.folder.appending(path: file)
        let size = try Data(contentsOf: file).count
        switch round {
        case 1: try Data(try Data(contentsOf: file).prefix(size / 2)).write(to: file)
        case 2: try Data("not a model".utf8).write(to: file)
        default: break
        }
      }
    }
  }

  @Test("The cache key of a rewritten model includes the version of the rewriting")
  func keyed() throws {
    let file = try Bytes(mapping: model)
    let original = try Model(bytes: file)
    let cache = ModelCache(folder: folder.appending("models"))
    let keys = try [Arithmetic.exact, .int8].map {
      try PreparedModel(original, origin: ModelOrigin(file: file), arithmetic: $0, cache: cache).key
    }
    let digest = try file.sha256
    #expect(keys == [digest, "\(digest) \(ModelCache.rewriting)"])
    let changed = try PreparedModel(
      original, origin: ModelOrigin(file: file, change: "another"), arithmetic: .exact, cache: cache)
    #expect(changed.key != digest && changed.key != nil)
    let cachedFiles = try FileManager.default.contentsOfDirectory(atPath: cache.folder.path)
      .filter { !$0.contains(".digest") }
    #expect(Set(cachedFiles) == ["", ".sum"].reduce(into: []) { $0.insert("\(digest).\(ModelCache.rewriting)\($1)") })
    #expect(try PreparedModel(original, origin: ModelOrigin(file: file), arithmetic: .int8, cache: nil).key == nil)
  }

  @Test("A model without uint8 layers runs in exact arithmetic")
  func nothingToRewrite() throws {
    let float = try Model(contentsOf: model)
    let int8 = try Requantization(float, interface: .signed).model
    #expect(Requantization.mayConvert(float) && !Requantization.mayConvert(int8))
    let bytes = Bytes(try int8.serialized().bytes())
    let extractor = try Extractor(bytes: bytes, execution: Execution(arithmetic: .int8))
    #expect(extractor.space.arithmetic == .exact)
  }

  @Test("Teaching continues in the embeddings' arithmetic; merging across arithmetics needs permission")
  func continuesTeaching() async throws {
    var embeddingSets: [Arithmetic: EmbeddingSet] = [:]
    for arithmetic in [Arithmetic.exact, .int8] {
      let teacher = try Teacher(model: model, execution: Execution(arithmetic: arithmetic))
      // Other pictures: the same ones would count once.
      let range = arithmetic == .exact ? 0..<4 : 4..<8
      try await teacher.learn([.init(name: "iris", pictures: pictures(range, of: "iris"))])
      embeddingSets[arithmetic] = await teacher.embeddings
      let later = try await Teacher(model: model, from: teacher.embeddings)
      #expect(later.extractor.space == teacher.extractor.space)
    }
    var exact = try #require(embeddingSets[.exact])
    let rewritten = try #require(embeddingSets[.int8])
    #expect(throws: EmbeddingSetError.otherSpace(.arithmetic(.exact, .int8))) { try exact.merge(rewritten) }
    try exact.merge(rewritten, anyArithmetic: true)
    #expect(exact.pictures == 8)
  }

  @Test("The imprinting engine always uses exact arithmetic")
  func engine() async throws {
    let pictures = try pictures(0..<2, of: "iris")
    let engines = try [nil, .exact, .int8].map {
      try ImprintingEngine(model: model, execution: Execution(arithmetic: $0))
    }
    var found: [[[Float]]] = engines.map { _ in [] }
    for (place, engine) in engines.enumerated() {
      try await engine.embed(pictures) { _, result in found[place].append(try result.get().steps) }
    }
    #expect(found[0].count == 2)
    #expect(Set(found).count == 1)
    let bytes = Bytes(try engines[0].extractor.serialized().bytes())
    let rewritten = try Extractor(bytes: bytes, execution: Execution(arithmetic: .int8))
    #expect(try await embeddings(rewritten, pictures) != found[0])
  }

  @Test("A classifier gives the same best class in int8 as in exact arithmetic")
  func classifying() async throws {
    let classifiers = try [Arithmetic.exact, .int8].map {
      try Classifier(
        contentsOf: Material.model("mobilenet_v2_1.0_224_quant"), execution: Execution(arithmetic: $0))
    }
    for name in ["cat_test_0", "dog_test_0"] {
      let file = Material.coralPicture(name)
      let picture = try PictureReader(width: 224, height: 224).read(file)
      var best: [Int] = []
      for classifier in classifiers {
        let answer = try #require(try await classifier.classify(picture).best)
        best.append(answer.id)
        let raw = try picture.withUnsafeBytes { try classifier.classify(tensor: $0, topK: 1) }
        #expect(raw.best == answer)
      }
      #expect(best[0] == best[1])
    }
  }
}
