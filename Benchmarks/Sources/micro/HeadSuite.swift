import Benchmark
import Imprinting

/// The last layer: what is added, solved for and asked.
struct HeadSuite {
  private let seen: EmbeddingSet
  private let picture: EmbeddedPicture
  private let head: LinearHead
  private let steps: [Float]
  private let scores: [Float]

  init(_ material: Material) throws {
    seen = try EmbeddingSet(contentsOf: material.seen)
    guard let first = seen.classes.first?.pictures.first else { throw HeadError.tooFewClasses(0) }
    picture = first
    head = try Analytic().solve(seen).head
    steps = (0..<head.dimension).map { Float($0 % 97) }
    scores = (0..<1001).map { Float(($0 * 7919) % 1001) / 1001 }
  }

  func suite() -> BenchmarkSuite {
    let shape = "\(seen.classes.count) classes, \(seen.pictures) pictures of \(seen.space.dimension)"
    return BenchmarkSuite(name: "head", settings: MinTime(seconds: 0.3)) { suite in
      suite.benchmark("solve the analytic head, \(shape)") { _ = try Analytic().solve(seen) }
      suite.benchmark("solve the imprinted head, \(shape)") { _ = try Imprinted().solve(seen) }
      suite.benchmark("add an embedding") {
        var one = EmbeddingSet(space: seen.space)
        try one.add(picture, to: "a class")
      }
      suite.benchmark("logits of an embedding") { _ = head.logits(of: steps) }
      suite.benchmark("top 5 of 1001 classes") { _ = try Ranking.best(scores, topK: 5) }
    }
  }
}
