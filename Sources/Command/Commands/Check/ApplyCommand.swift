import ArgumentParser
import Heads
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ApplyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Correct labels: move pictures to other class folders, or relabel them in a list.",
    discussion: """
      Takes the file that 'imprint check --corrections' writes, after you have removed the lines that you do not agree with. \
      A picture that is gone or has changed since the check is left alone. A file beside the corrections takes all back with \
      --undo.

      EXAMPLES
        imprint check flowers --corrections wrong.csv
        imprint apply wrong.csv --data flowers --dry-run
        imprint apply wrong.csv --data flowers
        imprint apply wrong.csv --data flowers --undo
      """)

  @Argument(help: "Corrections: a CSV file with the columns path, label and new_label.")
  var corrections: String

  @Option(
    help: ArgumentHelp("The folder with one subfolder per class, or the list, that was checked.", valueName: "path"))
  var data: String

  @Flag(help: "Print what would be done, and change nothing.")
  var dryRun = false

  @Flag(help: "Take back the corrections that were made before.")
  var undo = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let data = URL(filePath: data)
    let file = URL(filePath: corrections)
    let undoFile = file.deletingPathExtension().appendingPathExtension("undo.csv")
    guard !OutputFile.isSame(file, data) else {
      throw UsageError(
        "the corrections and --data are the same file", remedy: "name the folder or list that was checked")
    }
    if !dryRun, !undo, FileManager.default.fileExists(atPath: undoFile.path) {
      throw UsageError(
        "\(undoFile.relativePath) would be lost, which takes earlier corrections back",
        remedy: "take them back with --undo, or move the file away")
    }
    let plan = try LabelCorrections(contentsOf: undo ? undoFile : file).plan(for: data)
    if !dryRun {
      try LabelCorrections.apply(plan, to: data, undo: undo ? nil : undoFile) { try AtomicFile($1).write($0) }
      if undo, plan.objections.isEmpty { try FileManager.default.removeItem(at: undoFile) }
    }
    for (correction, objection) in plan.objections { Terminal.warn(objection.words(correction)) }
    let report = ApplyReport(plan, isDryRun: dryRun, undoFile: dryRun || undo ? nil : undoFile.relativePath)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

/// What `apply` prints.
struct ApplyReport: Encodable {
  struct Row: Encodable {
    let path, label, newLabel, target: String
  }

  let dryRun: Bool
  let corrected: [Row]
  let left: Int
  let undo: String?

  init(_ plan: LabelCorrections.Plan, isDryRun: Bool, undoFile: String?) {
    dryRun = isDryRun
    corrected = plan.steps.map {
      Row(path: $0.correction.path, label: $0.correction.label, newLabel: $0.correction.newLabel, target: $0.target)
    }
    left = plan.objections.count
    undo = undoFile
  }

  var text: String {
    let count = Table.counted(corrected.count, "picture", "pictures")
    var lines = [dryRun ? "\(count) would be relabelled" : "\(count) relabelled"]
    lines += corrected.prefix(dryRun ? .max : 20).map { "  \($0.path): \($0.label) → \($0.newLabel)" }
    if !dryRun, corrected.count > 20 { lines.append("  … and \(corrected.count - 20) more") }
    if left > 0 { lines.append("\(Table.counted(left, "correction", "corrections")) left out") }
    if let undo { lines.append("Undo   \(undo), by --undo") }
    return lines.joined(separator: "\n")
  }
}

extension LabelCorrections.Objection {
  fileprivate func words(_ correction: LabelCorrections.Correction) -> String {
    switch self {
    case .gone: "\(correction.path) is left alone: it is not in the data"
    case .changed: "\(correction.path) is left alone: it has changed since the check"
    case .otherLabel: "\(correction.path) is left alone: its label is not \(correction.label) any more"
    }
  }
}
