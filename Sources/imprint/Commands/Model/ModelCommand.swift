import ArgumentParser

/// What is done to models as such, without teaching them anything.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Make models.",
    subcommands: [ConvertCommand.self])
}
