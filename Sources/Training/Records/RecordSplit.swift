/// What a TFRecord file is for, as its name says.
public enum RecordSplit: String, Sendable, Hashable {
  case train, validation, test

  /// The split that a word of a file's name means.
  init?(word: some StringProtocol) {
    switch word.lowercased() {
    case "train", "training": self = .train
    case "validation", "valid", "val", "dev": self = .validation
    case "test", "testing", "eval", "evaluation": self = .test
    default: return nil
    }
  }
}
