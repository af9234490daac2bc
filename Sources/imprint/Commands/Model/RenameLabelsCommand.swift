import ArgumentParser
import Heads
import Imprinting
import Inference
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct RenameLabelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename-labels",
    abstract: "Give a classifier's classes other names.",
    discussion: """
      The order of the classes stays. Where a label file lies beside the model, one is written beside the output too.

      EXAMPLES
        imprint model rename-labels flowers.tflite ros=rose -o flowers.tflite
        imprint model rename-labels flowers.tflite blumen.txt -o blumen.tflite
      """)

  @Argument(help: "The classifier, a .tflite file.")
  var model: String

  @Argument(
    help: """
      A text file with a name for every class, of '<id>  <label>' lines or of one label a line; or names that change, \
      'old=new' each.
      """)
  var labels: [String]

  @Option(name: [.short, .long], help: "The model to write; it may be the same.")
  var output: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let source = URL(filePath: model)
    let file = URL(filePath: output)
    let beside = Teacher.labelFile(for: file)
    let list = list
    guard !OutputFile.isSame(file, beside) else {
      throw ValidationError("--output \(output) ends in .txt, as the labels beside it do: end it in .tflite")
    }
    try OutputFile.check(file, notReplacing: [list].compactMap { $0 })
    var classifier = try Model(contentsOf: source)
    let count = try classifier.classCount
    let new: Labels
    let old: Labels?
    if let list {
      new = try Labels(contentsOf: list)
      try new.check(count: count)
      // What is damaged is replaced.
      old = try? classifier.carriedLabels ?? labelsBeside(source)
    } else {
      old = try classifier.carriedLabels ?? labelsBeside(source)
      guard let old else {
        throw ValidationError("the model carries no names that could change: give a file with a name for every class")
      }
      new = try old.renaming(labels)
    }
    for (name, classes) in new.shared.prefix(20) {
      Terminal.warn("the classes \(classes.prefix(5).map(String.init).joined(separator: ", ")) are all called \(name)")
    }
    try classifier.replaceLabels(new.lines(count: count))
    let exists = { (file: URL) in FileManager.default.fileExists(atPath: file.path) }
    let isWrittenBeside =
      (exists(Teacher.labelFile(for: source)) || exists(beside)) && list.map { !OutputFile.isSame($0, beside) } != false
    if isWrittenBeside { try OutputFile.check(beside, notReplacing: OutputFile.isSame(source, beside) ? [source] : []) }
    let serialized = try classifier.serialized()
    try serialized.write(to: file)
    if isWrittenBeside { try AtomicFile(beside).write(new.text) }
    if case let seen = Teacher.seenFile(for: file), exists(seen) {
      Terminal.warn(
        "\(seen.relativePath) has the old names: 'imprint merge' with --rename changes them, for going on with the classes"
      )
    }
    let changed = (0..<count).filter { old?.names[$0] != new.names[$0] }
    let report = Report(
      model: file.path, labels: isWrittenBeside ? beside.path : nil, classes: count,
      changed: Dictionary(uniqueKeysWithValues: changed.map { ($0, new[$0]) }))
    try Terminal.print(json ? Terminal.json(report) : report.text(place: file.relativePath))
  }

  /// The file of names, where the only word behind the model is one.
  private var list: URL? {
    guard labels.count == 1, let name = labels.first else { return nil }
    let file = URL(filePath: name)
    return FileManager.default.fileExists(atPath: file.path) || !name.contains("=") ? file : nil
  }

  private func labelsBeside(_ model: URL) throws -> Labels? {
    let file = Teacher.labelFile(for: model)
    return FileManager.default.fileExists(atPath: file.path) ? try Labels(contentsOf: file) : nil
  }

  private struct Report: Encodable {
    let model: String
    let labels: String?
    let classes: Int
    let changed: [Int: String]

    func text(place: String) -> String {
      "Renamed \(changed.count) of \(Table.counted(classes, "class", "classes"))\nModel   \(place)"
    }
  }
}

extension Model {
  /// The number of scores that the model gives.
  fileprivate var classCount: Int {
    get throws {
      let output = try onlyInputAndOutput().output
      guard let vector = mainSubgraph?.tensor(output), let count = vector.elementCount, count > 0,
        vector.shape.last.map(Int.init) == count
      else { throw LabelsError.noClasses }
      return count
    }
  }
}
