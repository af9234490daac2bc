import ArgumentParser

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
