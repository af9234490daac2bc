import ArgumentParser
import Heads
import Imprinting
import Inference
import ModelSurgery
import Pictures
package import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the contents of a model file, or of a file of embeddings.",
    discussion: """
      Prints what the classifier was taught from, its classes, its inputs and outputs, its head and the metadata, with \
      --operators also the operators and tensors. Of a file of embeddings it prints the space, the classes and the numbers \
      of pictures, with --list also the pictures. \
      --timing adds the arithmetic in which the model runs on this processor, and the times measured for each kind.

      EXAMPLES
        imprint inspect flowers.tflite
        imprint inspect --json flowers.tflite
        imprint inspect --timing flowers.tflite
        imprint inspect --list flowers.embeddings
      """)

  @Argument(help: "Model, a .tflite file, or a file of embeddings.")
  var model: String

  @Flag(help: "List the pictures of a file of embeddings, with their digests.")
  var list = false

  @Flag(help: "Print the operators and tensors too.")
  var operators = false

  @Flag(help: "Print the result as JSON, always with the operators and tensors.")
  var json = false

  @Flag(help: "Also show in which arithmetic the model runs on this processor, and why.")
  var timing = false

  func run() throws {
    if try EmbeddingSet.isFile(URL(filePath: model)) {
      let report = try EmbeddingsInspection(EmbeddingSet(contentsOf: URL(filePath: model)), file: model, lists: list)
      try Terminal.print(json ? Terminal.json(report) : report.text)
      return
    }
    guard !list else { throw UsageError("--list lists the pictures of a file of embeddings, which \(model) is not") }
    let contents = try Model(contentsOf: URL(filePath: model))
    var report = InspectionReport(contents)
    if timing { report.timing = try TimingReport(contents) }
    guard !json else { return try Terminal.print(Terminal.json(report)) }
    let beside = report.record?.pictures.flatMap(embeddingsBeside).map { "\n" + $0 } ?? ""
    try Terminal.print(report.text(operators: operators) + beside)
  }
}

extension InspectCommand {
  /// Returns whether the embeddings file beside the model holds the pictures that it was taught from; nil without such a file.
  ///
  /// - Parameter digest: The digest of these pictures.
  fileprivate func embeddingsBeside(_ digest: String) -> String? {
    guard let file = Teacher.existingEmbeddingsFile(for: URL(filePath: model)) else { return nil }
    guard let found = try? EmbeddingSet(contentsOf: file).contentDigest else {
      return "Embeddings  \(file.relativePath), which cannot be compared with the model"
    }
    return "Embeddings  \(file.relativePath), of "
      + (found == digest ? "the same pictures" : "other pictures than the model was taught from")
  }
}

/// What `inspect` prints.
package struct InspectionReport: Encodable {
  /// The network's own last layer.
  struct Classifier: Encodable {
    let classes, dimension: Int
  }

  let model: ModelSummary
  let classifier: Classifier?
  let pixels: String?
  let labels: [Int: String]
  let imprinted: [ImprintingRecord]
  let resize: String?
  /// What the classes were taught from, and how.
  let record: TeachingRecord?
  let unknown: UnknownRule?
  let unknownProblem: String?
  /// What --timing adds.
  var timing: TimingReport?

  package init(_ model: Model) {
    self.model = ModelSummary(model)
    classifier = (try? BaseClassifier(of: model)).map { Classifier(classes: $0.classCount, dimension: $0.dimension) }
    pixels = Self.assumedPixels(of: model)
    let labels = model.carriedLabels ?? Labels()
    self.labels = labels.names
    imprinted = model.imprintedClasses
    resize = model.imprintedResize?.description
    record = model.teachingRecord
    do {
      unknown = try model.unknownRule
      unknownProblem = nil
    } catch {
      unknown = nil
      unknownProblem = "\(error)"
    }
  }

  func text(operators: Bool) -> String {
    var lines = record.map(Self.lines) ?? []
    for (number, graph) in model.graphs.enumerated() {
      if model.graphs.count > 1 { lines.append("Graph \(number) \(graph.name)") }
      lines += graph.inputs.map { "Input   \(tensor($0, in: graph))" }
      lines += graph.outputs.map { "Output  \(tensor($0, in: graph))" }
      guard operators else { continue }
      lines.append("\nOperators")
      lines += graph.operators.map { op(of: $0) }
      lines.append("\nTensors")
      lines += graph.tensors.map { "  \(Table.right(String($0.index), 4))  \(tensor(Int32($0.index), in: graph))" }
    }
    if operators { lines.append("") }
    if let compiled = model.compiled { lines.append("Runs    \(Self.words(compiled))") }
    if let head = model.head {
      lines.append(
        "Head    imprinted layout: \(head.classes) classes, embeddings of \(head.dimension) elements, "
          + "scale \(Decimals.string(Double(head.scale), places: 1)), \(head.rows)")
    } else if let head = model.solvedHead {
      lines.append("Head    \(Self.words(head))")
    } else if let classifier {
      lines.append(
        "Head    the network's own: \(classifier.classes) classes, embeddings of \(classifier.dimension) elements")
    } else {
      lines.append("Head    none that can be imprinted")
    }
    if !imprinted.isEmpty {
      lines.append("Imprinted classes")
      lines += imprinted.map { row in
        "  \(Table.right(String(row.classID), 4))  \(labels[row.classID] ?? "")  "
          + (row.pictures.map { "\($0) pictures, " } ?? "") + "norm \(Decimals.string(row.norm, places: 3))"
      }
    }
    let others = labels.filter { id, _ in !imprinted.contains { $0.classID == id } }
    if !others.isEmpty {
      lines.append(imprinted.isEmpty ? "Classes" : "Other classes")
      let first = others.sorted { $0.key < $1.key }.prefix(Self.mostLabels)
      lines += first.map { id, name in
        let count = record.flatMap { $0.counts.indices.contains(id) ? $0.counts[id] : nil }
        return "  \(Table.right(String(id), 4))  \(name)"
          + (count.map { "  \(Table.counted($0, "picture", "pictures"))" } ?? "")
      }
      if others.count > first.count {
        lines.append("        … and \(others.count - first.count) more (--json prints all)")
      }
    }
    if let unknown {
      lines.append(
        "Unknown  below a novelty score of \(Decimals.string(Double(unknown.threshold), places: 2)), as "
          + "\(Table.percent(unknown.rate)) of new pictures of the classes are (95 % interval \(Interval(unknown.interval).text))"
      )
    }
    if let unknownProblem { lines.append("Unknown  \(unknownProblem)") }
    if let resize { lines.append("Resize  \(resize)") }
    if let about = model.about { lines += Self.lines(about) }
    if model.about?.normalization == nil, let pixels { lines.append("Pixels  \(pixels)") }
    if imprinted.isEmpty, !model.description.isEmpty { lines.append("About   \(model.description)") }
    if !model.signatures.isEmpty { lines.append("Signatures  \(model.signatures.joined(separator: ", "))") }
    if !model.staleSignatures.isEmpty {
      lines.append("            stale, and not used: they name other tensors than the graph's inputs and outputs")
    }
    if !model.metadata.isEmpty {
      lines.append("Metadata  " + model.metadata.map { "\($0.name) (\($0.bytes) bytes)" }.joined(separator: ", "))
    }
    if model.trailingBytes > 0 { lines.append("After the model  \(model.trailingBytes) bytes") }
    if let timing { lines.append(timing.text) }
    return lines.joined(separator: "\n")
  }

  private static func lines(_ record: TeachingRecord) -> [String] {
    let counts = record.counts.compactMap { $0 }
    let pictures = counts.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    let kept = record.counts.count - counts.count
    var lines = [
      "Taught  from \(Table.counted(pictures, "picture", "pictures")) of "
        + Table.counted(counts.count, "class", "classes") + (kept > 0 ? ", beside \(kept) kept" : "")
        + ", by version \(record.version)" + (record.date.map { " of Imprint at \($0)" } ?? " of Imprint"),
      "  head \(record.method), views \(record.views), resize \(record.resize), \(record.arithmetic) arithmetic",
    ]
    if let estimate = record.estimate {
      lines.append(
        "  leave-one-out accuracy \(Table.percent(estimate.accuracy)) (95 % interval "
          + "\(Interval(estimate.lower, estimate.upper).text))")
    }
    if let digest = record.pictures { lines.append("  digest of the pictures \(digest)") }
    return lines
  }

  private static func words(_ compiled: ModelSummary.CompiledSummary) -> String {
    let times = compiled.operators == 1 ? "" : "\(compiled.operators) × "
    let device = "\(times)\(compiled.name) on an Edge TPU (\(compiled.bytes) bytes)"
    guard !compiled.onProcessor.isEmpty else { return "\(device), nothing on the processor" }
    return "\(device), then on the processor \(compiled.onProcessor.joined(separator: " → "))"
  }

  private static func words(_ head: ModelSummary.SolvedHeadSummary) -> String {
    let root =
      switch head.transform {
      case .plain: "normalised"
      case .root: "normalised after the square root"
      case .signedRoot: "normalised after the signed square root"
      }
    let rows = head.rowsPerClass > 1 ? ", \(head.rowsPerClass) rows per class" : ""
    let elements = "embeddings of \(head.dimension) elements"
    if head.baseClasses > 0 {
      return "linear: \(head.classes - head.baseClasses) classes beside \(head.baseClasses) kept ones, \(elements)"
    }
    return "linear: \(head.classes) classes\(rows), \(elements), \(root)"
  }

  /// Returns how pictures are normalised for a model that does not state it, and why; nil without a picture input.
  private static func assumedPixels(of model: Model) -> String? {
    guard let form = Optional(model.runnableForm ?? model), (try? PictureInput(of: form)) != nil,
      let (index, _) = try? form.onlyInputAndOutput(), let input = form.mainSubgraph?.tensor(index)
    else { return nil }
    guard input.type != .float32 else {
      return "not stated; \(PictureNormalization.symmetric.formula) is assumed (--mean and --std change it)"
    }
    let assumed = PictureNormalization(standardFor: input)
    guard PictureNormalization.common.contains(assumed) else { return "not stated; each byte is stored as it is" }
    return "not stated; \(assumed.formula), because of the input's quantisation (--mean and --std change it)"
  }

  private static func lines(_ about: DescriptionSummary) -> [String] {
    var lines: [String] = []
    let words = [
      ("Name", about.name), ("Version", about.version), ("Author", about.author), ("Licence", about.license),
      ("About", about.description),
    ]
    for (title, word) in words {
      if let word, !word.isEmpty { lines.append("\(Table.left(title, 7)) \(word)") }
    }
    if let normalization = about.normalization { lines.append("Pixels  \(normalization.formula)") }
    if let file = about.labelFile { lines.append("Labels  \(file), packed into the model file") }
    let others = about.files.filter { $0 != about.labelFile }
    if !others.isEmpty { lines.append("Packed  \(others.joined(separator: ", "))") }
    if let problem = about.problem { lines.append("Ignored metadata: \(problem)") }
    return lines
  }

  // More than most trained classifiers have, but fewer than ImageNet's thousand classes.
  private static let mostLabels = 30

  private func tensor(_ index: Int32, in graph: ModelSummary.GraphSummary) -> String {
    guard let place = Int(exactly: index), graph.tensors.indices.contains(place) else { return "none" }
    let tensor = graph.tensors[place]
    return [
      tensor.type, "\(tensor.shape)", tensor.quantization ?? "",
      tensor.constantBytes.map { "constant, \($0) bytes" } ?? "",
      tensor.name,
    ].filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private func op(of op: ModelSummary.OperatorSummary) -> String {
    let wiring =
      "\(op.inputs.map(String.init).joined(separator: " ")) → \(op.outputs.map(String.init).joined(separator: " "))"
    let name = op.version > 1 ? "\(op.name) v\(op.version)" : op.name
    return [
      "  \(Table.right(String(op.index), 4))  \(name)", wiring, op.options ?? "",
      op.customOptionBytes.map { "\($0) bytes of options" } ?? "",
    ].filter { !$0.isEmpty }.joined(separator: "  ")
  }
}

extension PictureNormalization {
  /// The normalisation as a formula, such as `(byte − 127.5) / 127.5`.
  var formula: String {
    let numbers = { (numbers: [Float]) in
      let texts = numbers.map { "\($0)" }
      return texts.count == 1 ? texts[0] : "(\(texts.joined(separator: ", ")))"
    }
    return "(byte − \(numbers(mean))) / \(numbers(deviation))"
  }
}
