import ArgumentParser
import Platform

/// What the command prints about an error: what is wrong and, where there is one, a way out.
struct ErrorText {
  let message: String
  let remedy: String?
  /// Whether the command was called wrongly, and ends with exit code 64.
  let isUsage: Bool

  init(_ error: any Error) {
    switch error {
    case let error as LocatedError:
      let inner = ErrorText(error.error)
      (message, remedy, isUsage) = ("\(error.place): \(inner.message)", inner.remedy, inner.isUsage)
    case let error as UsageError:
      (message, remedy, isUsage) = (error.message, error.remedy, true)
    case let error as ValidationError:
      (message, remedy, isUsage) = (error.message, nil, true)
    case let error as any DescribedError:
      message = error.message
      remedy = Remedies.remedy(for: error)
      isUsage = Remedies.usage.contains(error.identifier)
    default:
      (message, remedy, isUsage) = ("\(error)", nil, false)
    }
  }

  /// The message and the remedy in one line, for a warning.
  var line: String { remedy.map { "\(message); \($0)" } ?? message }

  /// The two lines that end a command.
  var text: String { "Error: \(message)\n" + (remedy.map { "Hint: \($0)\n" } ?? "") }
}

/// Options or files that contradict each other, noticed while the command runs. The usage line would not help.
struct UsageError: Error {
  let message: String
  let remedy: String?

  init(_ message: String, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
  }
}

/// An error and the file, or the line of a file, that it concerns.
struct LocatedError: Error {
  let place: String
  let error: any Error
}

/// Remedies worded with the command's own options, in place of those of the library, which knows none.
enum Remedies {
  /// The remedy for an error: the command's own, else the library's.
  static func remedy(for error: some DescribedError) -> String? { table[error.identifier] ?? error.remedy }

  private static let table: [String: String] = [
    "QuantizationError.alreadyQuantized": "start from a float model, such as 'imprint model convert' makes",
    "QuantizationError.missingRange": "measure the ranges of this model again with --calibration",
    "QuantizationError.badRange": "measure the ranges of this model again with --calibration",
    "QuantizationError.foreignRanges": "measure the ranges of this model with --calibration",
    "QuantizationError.noRecordedRanges": "quantise its float model with --calibration",
    "SurgeryError.noImprintingTail": """
    use an embedding extractor, or a model that ends in L2_NORMALIZATION → CONV_2D 1x1 → MUL → RESHAPE → SOFTMAX; \
    'imprint model adapt' makes one of an ordinary classifier
    """,
  ]

  /// Errors that mean the command was called wrongly.
  static let usage: Set<String> = []
}
