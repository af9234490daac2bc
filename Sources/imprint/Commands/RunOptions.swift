import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The options of every command that runs a model.
struct RunOptions: ParsableArguments {
  @Option(help: "Names of the model's classes: a text file of '<id>  <label>' lines, or of one label a line.")
  var labels: String?

  // As Coral's scripts write it: Documentation/coming-from-coral.md.
  @Option(help: .hidden)
  var label: String?

  @OptionGroup var precision: PrecisionOptions

  @Flag(help: "Fail at the first picture that cannot be read, instead of passing over it.")
  var strict = false

  @Flag(help: "Print results as JSON.")
  var json = false

  @Flag(help: "Print what the runtime says while it works.")
  var verbose = false

  /// The classifier of a file.
  func classifier(
    _ model: String, resize: Resize?, views: Augmentation = .one, unknown: UnknownAnswers = .asTaught
  ) throws -> Classifier {
    try Classifier(
      contentsOf: URL(filePath: model), labels: readLabels(), resize: resize, views: views, unknown: unknown,
      execution: execution())
  }

  /// How the command runs models.
  func execution() throws -> Execution { try precision.execution(runtime()) }

  /// The runtime, as talkative as is wanted.
  func runtime() throws -> Runtime { try Runtime(verbosity: verbose ? .verbose : .silent) }

  /// The file of labels that was named, if one was.
  var labelFile: String? { labels ?? label }

  /// The labels of the file that was named, if one was.
  func readLabels() throws -> Labels? { try labelFile.map { try Labels(contentsOf: URL(filePath: $0)) } }
}

extension Resize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
