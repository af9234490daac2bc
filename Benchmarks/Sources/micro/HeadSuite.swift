import Benchmark
import Imprinting
import ModelSurgery

/// The functions of the last layer.
struct HeadSuite {
  private let embeddings: EmbeddingSet
  private let picture: EmbeddedPicture
  private let head: LinearHead
  private let steps: [Float]
  private let scores: [Float]

  init(_ material: Material) throws {
    embeddings = try EmbeddingSet(contentsOf: material.embeddings)
    guard let first = embeddings.classes.first?.pictures.first else { throw HeadError.tooFewClasses(0) }
    picture = first
    head = try Analytic().solve(embeddings).head
    steps = (0..<head.dimension).map { Float($0 % 97) }
    scores = (0..<1001).map { Float(($0 * 7919) % 1001) / 1001 }
  }

  func suite() -> BenchmarkSuite {
    let shape = "\(embeddings.classes.count) classes, \(embeddings.pictures) pictures of \(embeddings.space.dimension)"
    return BenchmarkSuite(name: "head", settings: MinTime(seconds: 0.3)) { suite in
      suite.benchmark("solve the analytic head, \(shape)") { _ = try Analytic().solve(embeddings) }
      suite.benchmark("solve the imprinted head, \(shape)") { _ = try Imprinted().solve(embeddings) }
      suite.benchmark("add an embedding") {
        var one = EmbeddingSet(space: embeddings.space)
        try one.add(picture, to: "a class")
      }
      suite.benchmark("logits of an embedding") { _ = head.logits(of: steps) }
      suite.benchmark("top 5 of 1001 classes") { _ = try Ranking.best(scores, topK: 5) }
    }
  }
}
