import ArgumentParser
import Imprinting

/// How much of what is seen is kept as it is.
struct BudgetOptions: ParsableArguments {
  @Option(help: "Megabytes of embeddings beyond which only sums are kept.")
  var budget = Seen.defaultBudget / 1_000_000

  /// The budget in bytes.
  var bytes: Int { budget.multipliedReportingOverflow(by: 1_000_000).overflow ? .max : budget * 1_000_000 }

  func validate() throws {
    if budget < 0 { throw ValidationError("--budget is \(budget); it takes a number from 0") }
  }
}
