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

struct PrepareEdgeTPUCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare-edgetpu",
    abstract: "Make a model for the Edge TPU whose last layer can still be taught.",
    discussion: """
      Split at the embedding, compiled up to there, and joined again, in one step: the base runs on the Edge TPU and is \
      locked, the head stays on the processor. A bare extractor is compiled as a whole. Where a label file lies beside the \
      model, one is written beside the output too. Coral's edgetpu_compiler must be installed; IMPRINT_EDGETPU_COMPILER \
      names another than the one on PATH.

      EXAMPLES
        imprint model prepare-edgetpu flowers.tflite -o flowers_edgetpu.tflite
        imprint model prepare-edgetpu flowers.tflite -o flowers_edgetpu.tflite --min-runtime-version 13
      """)

  @Argument(help: "The model, a .tflite file: a classifier or an extractor.")
  var model: String

  @Option(name: [.short, .long], help: "The model to write.")
  var output: String

  @OptionGroup var options: CompilerOptions

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await prepare() }
  }

  private func prepare() async throws {
    let source = URL(filePath: model)
    let file = URL(filePath: output)
    try OutputFile.check(file, notReplacing: [source])
    let labels = [source, file].map { Teacher.labelFile(for: $0) }
    let hasLabels = FileManager.default.fileExists(atPath: labels[0].path)
    if hasLabels { try OutputFile.check(labels[1], notReplacing: [source, file]) }
    let whole = try Model(contentsOf: source)
    let embedding = try whole.embedding()
    let isExtractor = whole.mainSubgraph?.outputs == [embedding]
    var label: String?
    let made: Model
    let log: CompilerLog
    if isExtractor {
      let compilation = try await options.compile(whole, named: source.relativePath)
      (made, log) = (compilation.model, compilation.log)
    } else {
      let (base, head) = try whole.split(at: [embedding])
      label = whole.mainSubgraph?.label(of: embedding)
      let compilation = try await options.compile(base, named: "the base of \(source.relativePath)")
      (made, log) = (try compilation.model.joined(with: head), compilation.log)
    }
    let serialized = try made.serialized()
    try Task.checkCancellation()
    try serialized.write(to: file)
    if hasLabels, !OutputFile.isSame(labels[0], labels[1]) {
      try AtomicFile(labels[1]).write([Bytes(mapping: labels[0])])
    }
    let report = CompilationReport(log, bytes: serialized.count, embedding: label, file: file)
    try Terminal.print(options.json ? Terminal.json(report) : report.text)
  }
}
