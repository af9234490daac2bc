import ArgumentParser
import Heads
import Inference
import LiteRT
import ModelSurgery
import Platform
import Torch

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The text of an error: the message and, if there is one, a remedy.
struct ErrorText {
  let message: String
  let remedy: String?
  /// Whether the error is wrong usage, for which the exit code is 64.
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

/// A conflict between options or files that is detected while the command runs. The usage line is not printed for it.
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

  /// Calls a function that opens a model, and adds the model's file to an error about the model.
  static func naming<Value>(_ model: URL, _ open: () throws -> Value) throws -> Value {
    do {
      return try open()
    } catch let error where error is SurgeryError || error is InferenceError || error is LiteRTError {
      if let error = error as? LiteRTError, [.runtimeNotFound, .edgeTPU].contains(error.code) { throw error }
      throw LocatedError(place: model.relativePath, error: error)
    }
  }
}

/// Remedies that mention the command's options. They replace those of the library, which does not know the options.
enum Remedies {
  /// Returns the remedy for an error: the command's if there is one, else the library's.
  static func remedy(for error: some DescribedError) -> String? {
    switch error {
    case let error as EmbeddingSetError where error.difference?.isOfArithmetic == true:
      "embed the pictures again with the other --arithmetic, or merge both with 'imprint merge --allow-mixed-arithmetic'"
    case let error as SplitError where error.code == .noSuchTensor:
      error.remedy ?? "'imprint inspect' lists its tensors"
    case let error as TorchError where error.code == .noDevice:
      error.remedy.map { _ in "leave out --device, or install a libtorch with CUDA" }
    default: table[error.identifier] ?? error.remedy
    }
  }

  private static let table: [String: String] = [
    "BaseClassCalibrationError.noDistances": "use --head analytic, or leave out --keep-classes",
    "BaseClassCalibrationError.tooFewPictures": "give two or more pictures per class, or leave out --keep-classes",
    "CoralCheckpointError.noNormalizedHead":
      "train a head on its base with 'imprint pretrain --pretrained CHECKPOINT --freeze-base'",
    "DefaultModelError.foreignWeights": "'imprint model convert' converts other weights",
    "DefaultModelError.missing": "run 'imprint model fetch' once, or name a model with --model",
    "EdgeTPUError.newerModel": "update libedgetpu, or compile the model with --min-runtime-version",
    "EmbeddingSetError.badFile":
      "use an undamaged copy, or move it away and embed the pictures again with 'imprint embed'",
    "EmbeddingSetError.pastBudget": "embed the pictures again with a larger --budget",
    "EmbeddingSetError.tooWide": "store the embeddings themselves, with a larger --budget",
    "EpisodeError.noEmbeddings": "embed the pictures again with a larger --budget",
    "ImprintingError.otherAugmentation": "leave out --augment",
    "ImprintingError.otherEmbeddings":
      "use --augment and --resize as before, another --output, or --no-embeddings",
    "ImprintingError.otherModel":
      "train again with --from these embeddings and the latest pictures as --data, or move the embeddings away",
    "ImprintingError.taughtBesideBase":
      "name the base model with --model, add --keep-classes, and continue with --from the embeddings of this model",
    "QuantizationError.alreadyQuantized": "start from a float model, such as 'imprint model convert' makes",
    "QuantizationError.badRange": "measure the ranges of this model again with --calibration",
    "QuantizationError.badRangesFile": "'imprint model quantize --save-ranges' writes such files",
    "QuantizationError.foreignRanges": "measure the ranges of this model with --calibration",
    "QuantizationError.missingRange": "measure the ranges of this model again with --calibration",
    "QuantizationError.noRecordedRanges": "quantise its float model with --calibration",
    "RecordError.severalSplits": "name the files of one split, such as --data FOLDER/train-00000-of-00010",
    "SurgeryError.noImprintingTail": """
    use an embedding extractor, or a model that ends in L2_NORMALIZATION → CONV_2D 1x1 → MUL → RESHAPE → SOFTMAX; \
    'imprint model adapt' makes one of an ordinary classifier
    """,
    "TorchError.notInstalled":
      "run scripts/setup --training, or set IMPRINT_TORCH to the library that scripts/build-torch makes",
    "TrainingDataError.untestedClasses": "add some, or hold back training pictures with --test-ratio",
    "TrainingError.alreadyThere": "continue the run with --resume, or train in a new folder with --output",
    "TrainingError.notQuantized": "continue the training with --resume, or write a float model with --float",
    "TrainingError.nothingToResume": "leave out --resume to start a new run",
    "TrainingError.otherRun":
      "train in a new folder with --output, or give the options and pictures that the run started with",
    "WorkerError.ended": "remove the cause, and continue with --resume; the number of workers may be another",
    "WorkerError.frozenBase": "leave out --freeze-base, or train the head with one process",
    "WorkerError.lost": "continue with --resume; the number of workers may be another",
    "WorkerError.missing": "start the missing workers, or wait longer with --worker-timeout",
    "WorkerError.tooManyWorkers": "use fewer workers, or larger batches with --batch-size",
  ]

  /// Errors that are wrong usage of the command.
  static let usage: Set<String> = [
    "ImprintingError.otherAugmentation", "ImprintingError.otherEmbeddings", "ImprintingError.taughtBesideBase",
  ]
}
