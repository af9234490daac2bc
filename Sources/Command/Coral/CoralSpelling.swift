/// The flags of Coral's scripts and tools in the spelling of the command, so that their command lines work without changes.
///
/// Only `Documentation/coming-from-coral.md` and `Documentation/training-a-base.md` document them.
struct CoralSpelling {
  /// The flags of one subcommand.
  private struct Flags {
    /// Options that take a value under another name.
    var options: [String: String] = [:]
    /// Switches under another name.
    var switches: [String: String] = [:]
    /// Options whose value is an argument here, in the order of the arguments.
    var arguments: [String] = []
    /// Options that have no counterpart, and take a value.
    var ignored: Set<String> = []
  }

  private static let flags: [[String]: Flags] = [
    ["train"]: Flags(
      options: [
        "--model_path": "--model", "--embedding_extractor_path": "--model", "--data_dir": "--data",
      ], switches: ["--keep_classes": "--keep-classes"]),
    ["classify"]: Flags(
      options: [
        "-m": "--model", "-l": "--labels", "--label": "--labels", "-k": "--top-k", "--top_k": "--top-k",
        "-t": "--threshold", "-a": "--mean", "--input_mean": "--mean", "-s": "--std", "--input_std": "--std",
      ], arguments: ["-i", "--input", "--image"], ignored: ["-c", "--count"]),
    ["evaluate"]: Flags(options: ["--label": "--labels", "--top_k": "--top-k"]),
    ["model", "join"]: Flags(
      options: ["--output_graph": "--output"], arguments: ["--input_graph_base", "--input_graph_head"]),
    ["pretrain"]: Flags(
      options: [
        "--fine_tune_checkpoint": "--pretrained", "--dataset_dir": "--data", "--number_of_steps": "--steps",
        "--batch_size": "--batch-size", "--learning_rate": "--learning-rate", "--image_size": "--side",
        "--weight_decay": "--weight-decay", "--label_smoothing": "--label-smoothing", "--test_ratio": "--test-ratio",
        "--output_file": "--output",
      ],
      // The data and the checkpoints state the classes; the rest is about logs, and about training on several machines.
      ignored: [
        "--num_classes", "--num_examples", "--log_every_n_steps", "--save_summaries_secs", "--save_interval_secs",
        "--eval_dir", "--master", "--task", "--ps_tasks",
      ]),
  ]

  /// Returns a command's arguments in the spelling of the command; others are not changed.
  static func translated(_ arguments: [String]) -> [String] {
    let command = [1, 2].map { Array(arguments.prefix($0)) }.last { flags[$0] != nil }
    guard let command, let flags = flags[command] else { return arguments }
    let readsCheckpoint = command == ["pretrain"] && ["evaluate", "export"].contains(arguments.dropFirst().first)
    var rest = arguments.dropFirst(command.count)
    var found: [String] = []
    var values: [(place: Int, value: String)] = []
    while let argument = rest.popFirst() {
      guard argument != "--" else {
        found += [argument] + rest
        break
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts[0]
      /// Takes the value after the equals sign, or the next argument.
      func value() -> [String] { parts.count > 1 ? [parts[1]] : rest.popFirst().map { [$0] } ?? [] }
      if let ours = flags.options[name] {
        found += [ours] + value()
      } else if let ours = flags.switches[argument] {
        found.append(ours)
      } else if let place = flags.arguments.firstIndex(of: name) {
        values += value().map { (place, $0) }
      } else if flags.ignored.contains(name) {
        _ = value()
      } else if command == ["train"], name == "--test_ratio" {
        // Coral's script holds back the first pictures of each class.
        found += ["--held-back", "first", "--test-ratio"] + value()
      } else if command == ["train"], name == "--output_dir" {
        // The name that backprop_last_layer.py gives the model in this folder.
        found += value().flatMap { ["--output", $0 + "/retrained_model.tflite"] }
      } else if command == ["model", "join"], name == "--bypass_output_tensors" {
        found += value().flatMap { $0.split(separator: ",") }.flatMap { ["--bypass", String($0)] }
      } else if command == ["pretrain"], let ours = ofTraining(parts, readsCheckpoint: readsCheckpoint, &rest) {
        found += ours
      } else {
        found.append(argument)
      }
    }
    return command + values.sorted { $0.place < $1.place }.map(\.value) + found
  }

  /// The options for the folder of checkpoints, which `evaluate` and `export` take as their argument.
  private static let folders: Set<String> = ["--checkpoint_dir", "--train_dir", "--checkpoint_path"]
  private static let width = "--depth_multiplier"
  private static let freezing = "--freeze_base_model"
  private static let quantizing = "--quantize"
  private static let negations: Set<String> = ["--nofreeze_base_model", "--noquantize"]

  /// Returns the flags of the training scripts that have no counterpart of the same form; nil for any other argument.
  private static func ofTraining(
    _ parts: [String], readsCheckpoint: Bool, _ rest: inout ArraySlice<String>
  ) -> [String]? {
    let name = parts[0]
    func value(_ rest: inout ArraySlice<String>) -> [String] {
      parts.count > 1 ? [parts[1]] : rest.popFirst().map { [$0] } ?? []
    }
    if folders.contains(name) { return (readsCheckpoint ? [] : ["--output"]) + value(&rest) }
    if name == width {
      return ["--architecture"] + value(&rest).map { "mobilenet-v1-" + ($0 == "1" ? "1.0" : $0) }
    }
    if name == freezing, parts.count == 1 || truth(parts[1]) != nil {
      return taken(parts, &rest) == false ? [] : ["--freeze-base"]
    }
    if name == quantizing, isSwitch(parts, rest) {
      return taken(parts, &rest) == false ? [] : [quantizing, "uint8"]
    }
    return negations.contains(name) ? [] : nil
  }

  /// Returns whether `--quantize` is Coral's switch, rather than an option with a type.
  private static func isSwitch(_ parts: [String], _ rest: ArraySlice<String>) -> Bool {
    guard parts.count == 1 else { return truth(parts[1]) != nil }
    guard let next = rest.first else { return true }
    return next.hasPrefix("-") || truth(next) != nil
  }

  /// Takes the value of a switch: after the equals sign, or as the next argument; nil if there is none.
  private static func taken(_ parts: [String], _ rest: inout ArraySlice<String>) -> Bool? {
    if parts.count > 1 { return truth(parts[1]) }
    guard let value = rest.first.flatMap(truth) else { return nil }
    rest.removeFirst()
    return value
  }

  private static func truth(_ word: String) -> Bool? {
    switch word.lowercased() {
    case "true", "t", "1", "yes": true
    case "false", "f", "0", "no": false
    default: nil
    }
  }
}
