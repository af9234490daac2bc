/// The flags of Coral's training scripts in the spelling of `imprint pretrain`, so that their command lines work without
/// changes.
///
/// Only `Documentation/coming-from-coral.md` and `Documentation/training-a-base.md` document them.
struct CoralSpelling {
  /// The options that take a value under another name.
  private static let options = [
    "--fine_tune_checkpoint": "--pretrained", "--dataset_dir": "--data", "--number_of_steps": "--steps",
    "--batch_size": "--batch-size", "--learning_rate": "--learning-rate", "--image_size": "--side",
    "--weight_decay": "--weight-decay", "--label_smoothing": "--label-smoothing", "--test_ratio": "--test-ratio",
    "--output_file": "--output",
  ]
  /// The options for the folder of checkpoints, which `evaluate` and `export` take as their argument.
  private static let folders: Set<String> = ["--checkpoint_dir", "--train_dir", "--checkpoint_path"]
  private static let width = "--depth_multiplier"
  private static let freezing = "--freeze_base_model"
  private static let quantizing = "--quantize"
  private static let negations: Set<String> = ["--nofreeze_base_model", "--noquantize"]

  /// Returns a command's arguments in the spelling of `imprint pretrain`; those of other commands are not changed.
  static func translated(_ arguments: [String]) -> [String] {
    guard arguments.first == "pretrain" else { return arguments }
    let readsCheckpoint = arguments.count > 1 && ["evaluate", "export"].contains(arguments[1])
    var rest = arguments[...]
    var found: [String] = []
    while let argument = rest.popFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts[0]
      /// Takes the value after the equals sign, or the next argument.
      func value() -> [String] { parts.count > 1 ? [parts[1]] : rest.popFirst().map { [$0] } ?? [] }
      if let ours = options[name] {
        found += [ours] + value()
      } else if folders.contains(name) {
        found += (readsCheckpoint ? [] : ["--output"]) + value()
      } else if name == width {
        found += ["--architecture"] + value().map { "mobilenet-v1-" + ($0 == "1" ? "1.0" : $0) }
      } else if name == freezing, parts.count == 1 || truth(parts[1]) != nil {
        found += taken(parts, &rest) == false ? [] : ["--freeze-base"]
      } else if name == quantizing, isSwitch(parts, rest) {
        found += taken(parts, &rest) == false ? [] : [quantizing, "uint8"]
      } else if !negations.contains(name) {
        found.append(argument)
      }
    }
    return found
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
