import Foundation
import Imprinting

/// Times solving for the last layer, and measures its accuracy on other pictures.
///
///     solve-heads METHOD RUNS TRAINING.embeddings TEST.embeddings
///     solve-heads export FOLDER TRAINING.embeddings TEST.embeddings
///
/// METHOD is `analytic` (with leave-one-out), `analytic-novelty` (with the novelty score too), or `softmax`. It prints one
/// line of JSON: the seconds of each run after a warm-up, and the accuracy on the test embeddings. `export` writes the
/// embeddings for other programs instead: `training.x` and `test.x` of 32-bit floats, `training.y` and `test.y` of 32-bit
/// class numbers.
@main
struct SolveHeads {
  private struct Outcome: Encodable {
    let seconds: [Double]
    let accuracy: Double
  }

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5 else { usage() }
    let training = try EmbeddingSet(contentsOf: URL(filePath: arguments[3]))
    let test = try EmbeddingSet(contentsOf: URL(filePath: arguments[4]))
    let classes = training.classes.map(\.name)
    if arguments[1] == "export" {
      let folder = URL(filePath: arguments[2])
      try training.plainViews(of: classes).write(to: folder, named: "training")
      try test.plainViews(of: classes).write(to: folder, named: "test")
      return
    }
    let methods: [String: any HeadMethod] = [
      "analytic": Analytic(findsNovelty: false), "analytic-novelty": Analytic(), "softmax": SoftmaxHead(),
    ]
    guard let method = methods[arguments[1]], let runs = Int(arguments[2]), runs > 0 else { usage() }

    let clock = ContinuousClock()
    var head = try method.solve(training).head
    let seconds = try (0..<runs).map { _ in
      try clock.measure { head = try method.solve(training).head } / .seconds(1)
    }
    let views = try test.plainViews(of: classes)
    let right = try zip(views.steps, views.labels).count { steps, label in
      try Ranking.best(head.logits(of: steps), topK: 1) == [label]
    }
    let outcome = Outcome(seconds: seconds, accuracy: Double(right) / Double(max(1, views.labels.count)))
    print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
  }

  private static func usage() -> Never {
    let words = "usage: solve-heads METHOD RUNS TRAINING TEST, or solve-heads export FOLDER TRAINING TEST\n"
    FileHandle.standardError.write(Data(words.utf8))
    exit(64)
  }
}
