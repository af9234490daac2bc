import ArgumentParser
import Heads
import Imprinting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Create, convert, quantise, split and join model files.",
    subcommands: [
      FetchModelCommand.self, AdaptCommand.self, ConvertCommand.self, QuantizeCommand.self, RequantizeCommand.self,
      JoinCommand.self, SplitCommand.self, FoldCommand.self, HeadCommand.self, AppendSoftmaxCommand.self,
      RenameLabelsCommand.self,
      CompileCommand.self, PrepareEdgeTPUCommand.self,
    ])
}

/// The option that packs class names into the output model.
struct LabelOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Names of the model's classes, to pack into it: a text file of '<id> <label>' lines, or with one label per line. \
      (default: the names in the model)
      """, valueName: "file"))
  var labels: String?

  /// Returns the labels in the file for a model with `count` classes, or nil if no file was given.
  func lines(count: Int) throws -> [String]? {
    guard let labels else { return nil }
    let read = try Labels(contentsOf: URL(filePath: labels))
    guard count > 0 else { throw ImprintingError.noClassesToKeep }
    let fitted = try FittedLabels(read, classes: count)
    if let note = fitted.note { Terminal.warn(note) }
    return fitted.labels.lines(count: count)
  }
}
