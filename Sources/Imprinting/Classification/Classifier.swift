public import Heads
public import Inference
import LiteRT
import ModelSurgery
public import Pictures
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// An image classification model with one output: a picture in, the best classes out.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: URL(filePath: "flowers.tflite"))
/// print(try await classifier.classify(URL(filePath: "rose.jpg")))
/// ```
///
/// A picture that shows none of the classes is unknown: one that is unlike all that was taught, where the file tells what
/// that is (``unknownRule``), and one whose best class is called `background` or `none`.
public struct Classifier: Sendable {
  /// The classes' names: those given, else those that the file carries, else none.
  public let labels: Labels
  /// What does not fit between the names and the model's classes, or was put right; nil where each class has one name.
  public let labelsNote: String?
  /// How pictures are resized to the model's input.
  public let resize: Resize
  /// The views of each picture: scores and novelty scores are means over them.
  ///
  /// Several views take as many runs of the model. On flowers17, under the analytic head taught from five views, five
  /// instead of one raise the accuracy from 0.902 to 0.916 at 5 pictures a class and from 0.965 to 0.973 at 60 with
  /// MobileNet v1, and from 0.893 to 0.913 at 5 with EfficientNet-Lite0. Thirteen add hardly more. The threshold of
  /// ``unknownRule`` is that of single views.
  public let testTimeAugmentation: Augmentation
  /// The number of classes.
  public var classCount: Int { runner.outputCount - (unknownRule == nil ? 0 : 1) }
  /// The rule that calls pictures unknown which are unlike all that was taught; nil where there is none.
  public let unknownRule: UnknownRule?
  /// Why the file's novelty score is not used; nil where it is, or there is none.
  public let noveltyError: StoredNoveltyError?
  /// The picture that the model takes.
  public var input: PictureInput { runner.input }

  let unknown: UnknownAnswers
  let runner: ModelRunner
  let reader: ViewReader

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - labels: Names of the classes; by default those that the file carries.
  ///   - resize: How pictures are resized to the model's input; by default as in training where the file says so, else the
  ///     largest centred square.
  ///   - testTimeAugmentation: The views of each picture; see ``testTimeAugmentation``.
  ///   - unknown: When pictures are called unknown.
  ///   - execution: How to run the model.
  /// - Throws: ``TFLiteError`` when the file is no valid model, ``SurgeryError`` and ``ImprintingError`` when it is not of
  ///   the kind that is needed or a rate is out of range, ``LiteRTError`` when the runtime is missing or refuses it,
  ///   ``PictureError`` for an impossible resize.
  public init(
    contentsOf file: URL, labels: Labels? = nil, resize: Resize? = nil, testTimeAugmentation: Augmentation = .off,
    unknown: UnknownAnswers = .asTaught, execution: Execution = Execution()
  ) throws {
    let bytes = try Bytes(mapping: file)
    let model: Model
    do throws(TFLiteError) {
      model = try Model(bytes: bytes)
    } catch {
      throw error.naming(path: file.relativePath)
    }
    try self.init(
      model, file: bytes, labels: labels, resize: resize, testTimeAugmentation: testTimeAugmentation,
      unknown: unknown, execution: execution)
  }

  /// Opens a model in memory; see ``init(contentsOf:labels:resize:testTimeAugmentation:unknown:execution:)``.
  public init(
    model: Model, labels: Labels? = nil, resize: Resize? = nil, testTimeAugmentation: Augmentation = .off,
    unknown: UnknownAnswers = .asTaught, execution: Execution = Execution()
  ) throws {
    try self.init(
      model, file: nil, labels: labels, resize: resize, testTimeAugmentation: testTimeAugmentation, unknown: unknown,
      execution: execution)
  }

  /// Opens the bytes of a model file; see
  /// ``init(contentsOf:labels:resize:testTimeAugmentation:unknown:execution:)``.
  public init(
    bytes: Bytes, labels: Labels? = nil, resize: Resize? = nil, testTimeAugmentation: Augmentation = .off,
    unknown: UnknownAnswers = .asTaught, execution: Execution = Execution()
  ) throws {
    try self.init(
      Model(bytes: bytes), file: bytes, labels: labels, resize: resize, testTimeAugmentation: testTimeAugmentation,
      unknown: unknown, execution: execution)
  }

  /// - Parameter file: The bytes that the model was read from, where they are at hand: it need not be serialised then.
  private init(
    _ model: Model, file: Bytes?, labels: Labels?, resize: Resize?, testTimeAugmentation: Augmentation,
    unknown: UnknownAnswers, execution: Execution
  ) throws {
    if case .atRate(let rate) = unknown, !(0..<1).contains(rate) { throw ImprintingError.badUnknownRate(rate) }
    self.resize = resize ?? model.imprintedResize ?? .crop
    self.testTimeAugmentation = testTimeAugmentation
    self.unknown = unknown
    var stored: StoredNovelty?
    var noveltyError: StoredNoveltyError?
    if unknown != .never {
      do { stored = try model.storedNovelty } catch { noveltyError = error }
    }
    self.noveltyError = noveltyError
    if let stored {
      let rate = if case .atRate(let rate) = unknown { rate } else { Double(stored.rate) }
      unknownRule = UnknownRule(rate: rate, threshold: stored.threshold(rate: rate))
      runner = try ModelRunner(
        model: model.appending(stored),
        origin: file.map { ModelOrigin(file: $0, change: "novelty score as an output") },
        execution: execution)
    } else {
      unknownRule = nil
      runner = try ModelRunner(model: model, origin: file.map { ModelOrigin(file: $0) }, execution: execution)
    }
    let classes = runner.outputCount - (unknownRule == nil ? 0 : 1)
    if let labels {
      let fitted = try FittedLabels(labels, classes: classes)
      (self.labels, labelsNote) = (fitted.labels, fitted.note)
    } else {
      let carried = model.carriedLabels ?? Labels()
      do {
        let fitted = try FittedLabels(carried, classes: classes)
        (self.labels, labelsNote) = (fitted.labels, fitted.note)
      } catch {
        (self.labels, labelsNote) = (carried, "the labels in the model do not fit: \(error.message)")
      }
    }
    reader = try ViewReader(
      width: runner.input.width, height: runner.input.height, resize: self.resize, augmentation: testTimeAugmentation)
  }
}
