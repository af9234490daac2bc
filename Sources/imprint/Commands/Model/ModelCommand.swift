import ArgumentParser

/// The commands that make models.
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Make models that can be taught.",
    subcommands: [
      FetchCommand.self, AdaptCommand.self, ConvertCommand.self, QuantizeCommand.self, RequantizeCommand.self,
    ])
}
