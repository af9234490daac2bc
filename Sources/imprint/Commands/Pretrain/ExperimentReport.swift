import Heads
import Imprinting
import Inference
import Reports
import Training

/// What an experiment found, for people: two tables, and a page.
struct ExperimentReport {
  let results: ExperimentResults

  private var shots: [Int] { results.experiment.shots }

  private var newTitle: String {
    let count = results.newLabels.count
    return "\(Table.counted(count, "new class", "new classes")), of all \(results.baseLabels.count + count)"
  }

  var text: String {
    let draws = results.experiment.draws
    let lines = [
      """
      A base of \(results.baseLabels.count) classes, which names \(Table.percent(results.baseAccuracy)) of their \
      pictures right alone; \(results.newLabels.count) new: \(results.newLabels.joined(separator: ", "))
      Means of \(Table.counted(draws, "draw", "draws")), \(results.testPictures) pictures asked about
      """
    ]
    return (lines + table(newTitle, \.newClasses) + table("all classes", \.allClasses)).joined(separator: "\n")
  }

  private func table(_ title: String, _ value: KeyPath<ExperimentResults.Row, Estimate>) -> [String] {
    let head = Table.left("Right, \(title)", 34) + shots.map { Table.right("\($0)", 8) }.joined()
    return ["", head]
      + ExperimentMethod.allCases.map { method in
        let cells = shots.map { shots in
          let share = results.row(method, shots: shots)?[keyPath: value].mean
          return Table.right(share.map(Table.percent) ?? "–", 8)
        }
        return Table.left("  " + method.rawValue, 34) + cells.joined()
      }
  }

  /// The page of it.
  func page(title: String) -> ReportPage {
    func methods(_ value: KeyPath<ExperimentResults.Row, Estimate>) -> [(String, [(Int, Estimate)])] {
      ExperimentMethod.allCases.map { method in
        (
          method.rawValue,
          shots.compactMap { shots in results.row(method, shots: shots).map { (shots, $0[keyPath: value]) } }
        )
      }
    }
    let note = """
      The mean of the classes' shares of right answers, all classes to choose from. Bars and ± are 95 % intervals of \
      Student's t over the draws of the pictures to learn from.
      """
    let tuned = results.experiment.fineTuning
    return ReportPage(
      title: "New classes for a base of \(title)",
      facts: [
        .init("Base classes", "\(results.baseLabels.count)"), .init("New classes", "\(results.newLabels.count)"),
        .init("Pictures asked about", "\(results.testPictures)"), .init("Draws", "\(results.experiment.draws)"),
        .init("The base alone", Table.percent(results.baseAccuracy)),
        .init("Fine-tuned", "the \(tuned.part.rawValue), \(Table.counted(tuned.epochs, "epoch", "epochs"))"),
      ],
      accuracies: [
        .init(title: "Right of the \(newTitle)", note: note, methods: methods(\.newClasses)),
        .init(title: "Right of all classes", note: note, methods: methods(\.allClasses)),
      ])
  }
}
