import ArgumentParser
import Imprinting
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
    abstract: "Compile a classifier for the Edge TPU, but keep its last layer trainable.",
    discussion: """
      Splits the model at the embedding, compiles the base, and joins both parts again: the base runs on the Edge TPU, the \
      head on the processor. An embedding extractor is compiled as a whole. A label file beside the model is copied.

      The command needs Coral's edgetpu_compiler on PATH, or its path in the environment variable \
      IMPRINT_EDGETPU_COMPILER.

      EXAMPLES
        imprint model prepare-edgetpu flowers.tflite -o flowers_edgetpu.tflite
        imprint model prepare-edgetpu a.tflite -o a_edgetpu.tflite --time-limit 600
      """)

  @Argument(help: "Model, a .tflite file: a classifier or an embedding extractor.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Model to write.", valueName: "file"))
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
    var files = [(file: AtomicFile(file), pieces: serialized.pieces)]
    if hasLabels, !OutputFile.isSame(labels[0], labels[1]) {
      files.append((AtomicFile(labels[1]), [try Bytes(mapping: labels[0])]))
    }
    try AtomicFile.write(files)
    let report = CompilationReport(log, bytes: serialized.count, embedding: label, file: file)
    try Terminal.print(options.json ? Terminal.json(report) : report.text)
  }
}
