import Foundation
import Imprinting

/// Times how long the last layer is solved for, and says how often it is right on other pictures.
///
///     solve-heads METHOD RUNS LEARNT.seen ASKED.seen
///     solve-heads export FOLDER LEARNT.seen ASKED.seen
///
/// METHOD is `analytic`, with leave-one-out, `analytic-unknown`, which finds out as well what pictures of no class are
/// like, or `softmax`. Prints one line of JSON: the seconds of each run, without one that comes before, and
/// the share of the pictures asked about that is named right. `export` writes the embeddings instead, for others to solve
/// with: `learnt.x` and `asked.x` of 32-bit floats, `learnt.y` and `asked.y` of 32-bit class numbers.
@main
struct SolveHeads {
  private struct Outcome: Encodable {
    let seconds: [Double]
    let accuracy: Double
  }

  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 5 else { usage() }
    let learnt = try EmbeddingSet(contentsOf: URL(filePath: arguments[3]))
    let asked = try EmbeddingSet(contentsOf: URL(filePath: arguments[4]))
    let classes = learnt.classes.map(\.name)
    if arguments[1] == "export" {
      let folder = URL(filePath: arguments[2])
      try learnt.plainViews(of: classes).write(to: folder, named: "learnt")
      try asked.plainViews(of: classes).write(to: folder, named: "asked")
      return
    }
    let methods: [String: any HeadMethod] = [
      "analytic": Analytic(findsNovelty: false), "analytic-unknown": Analytic(), "softmax": SoftmaxHead(),
    ]
    guard let method = methods[arguments[1]], let runs = Int(arguments[2]), runs > 0 else { usage() }

    let clock = ContinuousClock()
    var head = try method.solve(learnt).head
    let seconds = try (0..<runs).map { _ in
      try clock.measure { head = try method.solve(learnt).head } / .seconds(1)
    }
    let views = try asked.plainViews(of: classes)
    let right = try zip(views.steps, views.labels).count { steps, label in
      try Ranking.best(head.logits(of: steps), topK: 1) == [label]
    }
    let outcome = Outcome(seconds: seconds, accuracy: Double(right) / Double(max(1, views.labels.count)))
    print(String(decoding: try JSONEncoder().encode(outcome), as: UTF8.self))
  }

  private static func usage() -> Never {
    let words = "usage: solve-heads METHOD RUNS LEARNT ASKED, or solve-heads export FOLDER LEARNT ASKED\n"
    FileHandle.standardError.write(Data(words.utf8))
    exit(64)
  }
}
