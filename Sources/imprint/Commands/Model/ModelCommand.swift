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

/// The commands that make models.
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Make models that can be taught, take them apart and put them together.",
    subcommands: [
      FetchCommand.self, AdaptCommand.self, ConvertCommand.self, QuantizeCommand.self, RequantizeCommand.self,
      JoinCommand.self, SplitCommand.self, FoldCommand.self, HeadCommand.self, RenameLabelsCommand.self,
      CompileCommand.self, PrepareEdgeTPUCommand.self,
    ])
}

/// The option of commands that write a model with the names of its classes.
struct LabelOption: ParsableArguments {
  @Option(
    help: """
      Names of the model's classes to pack into it: a text file of '<id>  <label>' lines, or of one label a line. \
      (default: those that it carries)
      """)
  var labels: String?

  /// The labels of the file that was named, if one was, of classes that a model of so many has.
  func lines(count: Int) throws -> [String]? {
    guard let labels else { return nil }
    let read = try Labels(contentsOf: URL(filePath: labels))
    guard count > 0 else { throw ImprintingError.noClassesToKeep }
    if let beyond = read.names.keys.max(), beyond >= count {
      throw LabelsError.badFile(
        path: labels, reason: "it names class \(beyond), and the model's last is \(count - 1)")
    }
    return read.lines(count: count)
  }
}
