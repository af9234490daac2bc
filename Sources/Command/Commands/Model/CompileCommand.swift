import ArgumentParser
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct CompileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a model for the Edge TPU with Coral's compiler.",
    discussion: """
      Writes NAME_edgetpu.tflite for NAME.tflite. The model must be quantised to 8 bits. A compiled model cannot be trained \
      further; use 'imprint model prepare-edgetpu' to keep the last layer trainable.

      The command needs Coral's edgetpu_compiler on PATH, or its path in the environment variable \
      IMPRINT_EDGETPU_COMPILER.

      EXAMPLES
        imprint model compile base.tflite -o compiled
      """)

  @Argument(help: "Model, a .tflite file.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write to. Created if missing.", valueName: "folder"))
  var output: String

  @OptionGroup var options: CompilerOptions

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await compile() }
  }

  private func compile() async throws {
    let source = URL(filePath: model)
    let file = URL(filePath: output, directoryHint: .isDirectory)
      .appending(path: source.deletingPathExtension().lastPathComponent + "_edgetpu.tflite")
    try OutputFile.check(file, makingFolders: true, notReplacing: [source])
    let compilation = try await options.compile(Model(contentsOf: source), named: source.relativePath)
    let serialized = try compilation.model.serialized()
    try Task.checkCancellation()
    try OutputFile.makeFolder(of: file)
    try serialized.write(to: file)
    let report = CompilationReport(compilation.log, bytes: serialized.count, embedding: nil, file: file)
    try Terminal.print(options.json ? Terminal.json(report) : report.text)
  }
}
