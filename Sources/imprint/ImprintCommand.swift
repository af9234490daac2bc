import ArgumentParser

/// The command: teach, classify, evaluate, inspect, and make models.
@main
struct ImprintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imprint",
    abstract: "Teach an image classifier new classes from a handful of pictures.",
    discussion: """
      EXAMPLES
        Make the default model, once:
          imprint model fetch
        Teach the classes of a folder, one folder of pictures a class:
          imprint train --data flowers --output flowers.tflite
        Ask what a picture shows:
          imprint classify --model flowers.tflite rose.jpg
        See how well it does on other pictures:
          imprint evaluate --model flowers.tflite --data more-flowers
        Add up what was seen on several days or machines:
          imprint merge monday.seen tuesday.seen -o both.seen
          imprint train --from both.seen --output flowers.tflite
        See what is in a file:
          imprint inspect flowers.tflite
        Make a model from a training framework's weights:
          imprint model convert --architecture efficientnet-lite0 weights.pth -o lite0.tflite

      EXIT CODES
        0 done, 1 the work failed, 64 wrong usage, 130 stopped with Ctrl-C
      """,
    version: "0.1.0",
    subcommands: [
      TrainCommand.self, ClassifyCommand.self, EvaluateCommand.self, EmbedCommand.self, MergeCommand.self,
      InspectCommand.self, FetchPicturesCommand.self, ModelCommand.self, PretrainCommand.self,
      DevicesCommand.self, TryDeviceCommand.self,
    ])
}
