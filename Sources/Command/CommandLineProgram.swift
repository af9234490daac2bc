package import Platform

/// The command as a program: the executable runs it, and so does the Python package.
public enum CommandLineProgram {
  /// Runs the command with the arguments of this process, and ends the process with its exit code.
  public static func run(isolation: isolated (any Actor)? = #isolation) async {
    await ImprintCommand.run(
      (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0] }.map { FileName($0) })
  }

  /// Runs the command, and ends the process with its exit code.
  ///
  /// - Parameters:
  ///   - arguments: The arguments, without the name of the program.
  ///   - program: The program that runs this command, with the arguments before those of the command. Trials of models and
  ///     of libraries run it again.
  package static func run(_ arguments: [FileName], program: [String]) async {
    await Trial.$program.withValue(program) { await ImprintCommand.run(arguments) }
  }
}
