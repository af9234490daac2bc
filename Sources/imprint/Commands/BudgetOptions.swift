import ArgumentParser
import Heads
import Imprinting
import Inference

/// How much of what is seen is kept as it is.
struct BudgetOptions: ParsableArguments {
  @Option(
    help: """
      Megabytes of embeddings beyond which only sums are kept. (default: \(EmbeddingSet.defaultBudget / 1_000_000), or the most \
      that a file that is gone on with was allowed)
      """)
  var budget: Int?

  /// The budget in bytes: the one asked for, else the usual one, or a greater one of what is gone on with, so that no
  /// embedding is lost that nobody wants to lose.
  func bytes(goingOnWith earlier: [EmbeddingSet] = []) -> Int {
    guard let budget else { return earlier.reduce(EmbeddingSet.defaultBudget) { max($0, $1.budget) } }
    return budget.multipliedReportingOverflow(by: 1_000_000).overflow ? .max : budget * 1_000_000
  }

  func validate() throws {
    if let budget, budget < 0 { throw ValidationError("--budget is \(budget); it takes a number from 0") }
  }
}
