import ArgumentParser
import Heads
import Imprinting
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
    abstract: "Rename the classes of a classifier.",
    discussion: """
      The order of the classes does not change. If there is a label file beside the model, the command also writes one \
      beside the output.

      EXAMPLES
        imprint model rename-labels flowers.tflite ros=rose -o flowers.tflite
        imprint model rename-labels flowers.tflite names.txt -o renamed.tflite
      """)

  @Argument(help: "Classifier, a .tflite file.")
  var model: String

  @Argument(
    help: """
      A text file with the names of all classes, of '<id> <label>' lines or with one label per line; or one or more \
      'old=new' pairs.
      """)
  var labels: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write. It may be the same file.", valueName: "file"))
  var output: String

  @OptionGroup var labelFormat: LabelFormatOption

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let source = URL(filePath: model)
    let file = URL(filePath: output)
    let beside = Teacher.labelFile(for: file)
    let list = list
    guard !OutputFile.isSame(file, beside) else {
      throw UsageError("--output ends in .txt, like the label file beside it", remedy: "end it in .tflite")
    }
    try OutputFile.check(file, notReplacing: [list].compactMap { $0 })
    var classifier = try Model(contentsOf: source)
    let count = try classifier.classCount
    let new: Labels
    let old: Labels?
    if let list {
      new = try Labels(contentsOf: list)
      try new.check(count: count)
      // Damaged labels are replaced.
      old = try? classifier.carriedLabels ?? labelsBeside(source)
    } else {
      old = try classifier.carriedLabels ?? labelsBeside(source)
      guard let old else {
        throw UsageError(
          "the model contains no class names to change", remedy: "give a text file with the names of all classes")
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
    let labels = (
      file: AtomicFile(beside), pieces: [Bytes(Array(new.text(labelFormat.labelFormat, count: count).utf8))]
    )
    try AtomicFile.write([(AtomicFile(file), serialized.pieces)] + (isWrittenBeside ? [labels] : []))
    if case let embeddings = Teacher.embeddingsFile(for: file), exists(embeddings) {
      Terminal.warn(
        "\(embeddings.relativePath) has the old names; 'imprint merge --rename' changes them, to continue training later"
      )
    }
    let changed = (0..<count).filter { old?.names[$0] != new.names[$0] }
    let report = Report(
      model: file.path, labels: isWrittenBeside ? beside.path : nil, classes: count,
      changed: Dictionary(uniqueKeysWithValues: changed.map { ($0, new[$0]) }))
    try Terminal.print(json ? Terminal.json(report) : report.text(place: file.relativePath))
  }

  /// The file of class names, if the only argument after the model is one.
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
  /// The number of scores that the model outputs.
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
