import ArgumentParser
import Platform

struct ImprintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imprint",
    abstract: "Teach an image classifier new classes from a few pictures of each.",
    discussion: """
      EXAMPLES
        Build the default model, once:
          imprint model fetch
        Train a classifier on a folder that has one subfolder per class:
          imprint train --data flowers --output flowers.tflite
        Classify a picture:
          imprint classify --model flowers.tflite rose.jpg
        Measure the accuracy on other pictures:
          imprint evaluate --model flowers.tflite --data more-flowers
        Compare models on the same pictures:
          imprint compare --model a.tflite --model b.tflite --data flowers
        Find wrong labels, duplicates and unsuitable pictures:
          imprint check flowers
        Merge embeddings of several days or machines and train on them:
          imprint merge monday.embeddings tuesday.embeddings -o both.embeddings
          imprint train --from both.embeddings --output flowers.tflite
        Show the contents of a model file:
          imprint inspect flowers.tflite
        Convert weights from a training framework:
          imprint model convert a.pth --architecture efficientnet-lite0 -o a.tflite

      EXIT CODES
        0 success, 1 failure, 64 wrong usage, 130 interrupted with Ctrl-C,
        143 ended by SIGTERM, 129 by a terminal that was closed,
        3 a watched camera or stream ended and --no-reopen was given
      """,
    version: PackageVersion.text,
    subcommands: [
      TrainCommand.self, ClassifyCommand.self, EvaluateCommand.self, CompareCommand.self, CheckCommand.self,
      ApplyCommand.self, EmbedCommand.self, MergeCommand.self, InspectCommand.self, WatchCommand.self,
      CaptureCommand.self,
      FrigateCommand.self, StudioCommand.self, FetchPicturesCommand.self,
      ModelCommand.self, PretrainCommand.self, DevicesCommand.self, TryDeviceCommand.self, TryModelCommand.self,
    ])

  private static func namesModel(_ argument: String) -> Bool {
    argument == "--model" || argument.hasPrefix("--model=")
  }

  /// Runs the subcommand that the arguments name, and ends the process with its exit code.
  ///
  /// Usage is printed for arguments that cannot be parsed, not for errors of a command that runs.
  static func run(_ arguments: [FileName], isolation: isolated (any Actor)? = #isolation) async {
    let texts: [String]
    do {
      texts = try CommandLineText.read(arguments)
    } catch {
      Terminal.exit(with: error)
    }
    var command: any ParsableCommand
    let translated = CoralSpelling.translated(texts)
    do {
      command = try parseAsRoot(translated)
    } catch {
      exit(withError: error)
    }
    // The parser would take the last one without a word.
    if !(command is CompareCommand), translated.prefix(while: { $0 != "--" }).count(where: Self.namesModel) > 1 {
      Terminal.exit(
        with: UsageError("--model is given twice", remedy: "name one model; 'imprint compare' compares several"))
    }
    do {
      // The trials in child processes have limits of their own.
      if type(of: command).configuration.shouldDisplay { try ProcessLimits.check() }
      if var command = command as? any AsyncParsableCommand {
        try await WorkerLaunch.$arguments.withValue(translated) { try await command.run() }
      } else {
        try command.run()
      }
    } catch {
      Terminal.exit(with: error)
    }
    exit()
  }
}
