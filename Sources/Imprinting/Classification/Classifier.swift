import LiteRT
import ModelSurgery
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Any image classification model with one output: a picture in, the best classes out.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: URL(filePath: "flowers.tflite"))
/// print(try await classifier.classify(URL(filePath: "rose.jpg")).first ?? .unknown)
/// ```
///
/// A picture that shows none of the classes is unknown: one that is unlike all that was taught, where the file says what
/// that is (``unknownRule``), and one whose best class is called `background` or `none`.
public struct Classifier: Sendable {
  /// The classes' names: those given, else those that the file carries, else none.
  public let labels: Labels
  /// How pictures are brought to the model's size.
  public let resize: Resize
  /// How many classes the model has.
  public var classCount: Int { runner.outputCount - (unknownRule == nil ? 0 : 1) }
  /// By what pictures are called unknown for being unlike all that was taught, or nil where none are.
  public let unknownRule: UnknownRule?
  /// Why what the file says of unknown pictures is passed over, or nil where it is not.
  public let passedOver: StoredFamiliarityError?
  /// The picture that the model takes.
  public var input: PictureInput { runner.input }

  let unknown: UnknownAnswers
  let runner: ModelRunner
  let reader: PictureReader

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - labels: Names of the classes; by default those that the file carries.
  ///   - resize: How pictures are brought to the model's size; by default as in training where the file says so, else
  ///     the largest centred square.
  ///   - unknown: When pictures are called unknown.
  ///   - threads: How many threads to use; by default one a core.
  ///   - runtime: The runtime; by default one is opened.
  /// - Throws: ``TFLiteError`` when the file is no sound model, ``SurgeryError`` and ``ImprintingError`` when it is not of
  ///   the kind that is needed or a rate makes no sense, ``LiteRTError`` when the runtime is missing or refuses it.
  public init(
    contentsOf file: URL, labels: Labels? = nil, resize: Resize? = nil, unknown: UnknownAnswers = .asTaught,
    threads: Int? = nil, runtime: Runtime? = nil
  ) throws {
    try self.init(
      bytes: Bytes(mapping: file), labels: labels, resize: resize, unknown: unknown, threads: threads, runtime: runtime)
  }

  /// Opens a model in memory; see ``init(contentsOf:labels:resize:unknown:threads:runtime:)``.
  public init(
    bytes: Bytes, labels: Labels? = nil, resize: Resize? = nil, unknown: UnknownAnswers = .asTaught,
    threads: Int? = nil, runtime: Runtime? = nil
  ) throws {
    if case .atRate(let rate) = unknown, !(0..<1).contains(rate) { throw ImprintingError.badUnknownRate(rate) }
    let model = try Model(bytes: bytes)
    self.labels = labels ?? model.carriedLabels ?? Labels()
    self.resize = resize ?? model.imprintedResize ?? .crop
    self.unknown = unknown
    var stored: StoredFamiliarity?
    var passedOver: StoredFamiliarityError?
    if unknown != .never {
      do { stored = try model.storedFamiliarity } catch { passedOver = error }
    }
    self.passedOver = passedOver
    if let stored {
      let rate = if case .atRate(let rate) = unknown { rate } else { Double(stored.rate) }
      unknownRule = UnknownRule(rate: rate, threshold: stored.threshold(rate: rate))
      let answering = try model.withFamiliarity(stored)
      runner = try ModelRunner(
        model: answering, file: Bytes(answering.serialized().bytes()), threads: threads, runtime: runtime)
    } else {
      unknownRule = nil
      runner = try ModelRunner(model: model, file: bytes, threads: threads, runtime: runtime)
    }
    reader = try PictureReader(width: runner.input.width, height: runner.input.height, resize: self.resize)
  }
}
