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

/// An image classification model, which takes a picture and returns the best classes.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: URL(filePath: "flowers.tflite"))
/// print(try await classifier.classify(URL(filePath: "rose.jpg")))
/// ```
///
/// A picture is unknown if it is unlike all taught pictures, as ``unknownRule`` decides where the file has a novelty score,
/// or if its best class is named `background` or `none`.
public struct Classifier: Sendable {
  /// The names of the classes: those given, or else those in the file; empty if there are none.
  public let labels: Labels
  /// What does not fit between the names and the model's classes, or was put right; nil where each class has one name.
  public let labelsNote: String?
  /// How pictures are resized to the model's input.
  public let resize: Resize
  /// The views of each picture; scores and novelty scores are means over the views.
  ///
  /// The model runs once for each view. On flowers17, with the analytic head taught from five views, five views instead of
  /// one raise the accuracy from 0.902 to 0.916 at 5 pictures per class and from 0.965 to 0.973 at 60 with MobileNet v1,
  /// and from 0.893 to 0.913 at 5 with EfficientNet-Lite0. Thirteen views improve hardly more. The threshold of
  /// ``unknownRule`` comes from single views.
  public let testTimeAugmentation: Augmentation
  /// The number of classes.
  public var classCount: Int { runner.outputCount - (unknownRule == nil ? 0 : 1) }
  /// The rule that decides which pictures are unlike all taught pictures; nil if there is none.
  public let unknownRule: UnknownRule?
  /// Why the file's novelty score cannot be used; nil if it is used, or the file has none.
  public let noveltyError: StoredNoveltyError?
  /// The size of the picture that the model takes, and its conversion to the input tensor.
  public var input: PictureInput { runner.input }

  let unknown: UnknownAnswers
  let runner: ModelRunner
  let reader: ViewReader
  /// The model as it was opened, and the model that runs, which may have the novelty score as another output.
  let model: (opened: Model, running: Model)
  let execution: Execution

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - labels: The names of the classes; by default those in the file.
  ///   - resize: How pictures are resized to the model's input; by default as in training if the file records it, otherwise
  ///     the largest centred square.
  ///   - testTimeAugmentation: The views of each picture; see ``testTimeAugmentation``.
  ///   - unknown: When the classifier answers that a picture is unknown.
  ///   - execution: How to run the model.
  /// - Throws: `TFLiteError` when the file is not a valid model, `SurgeryError` when the model is not a classifier,
  ///   `InferenceError` when its input is not a picture, ``ImprintingError/badUnknownRate(_:)``, `LiteRTError` when the
  ///   runtime is missing or rejects the model, `PictureError` for an impossible resize.
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

  /// - Parameter file: The bytes that the model was read from, if available; they save serialising the model.
  private init(
    _ model: Model, file: Bytes?, labels: Labels?, resize: Resize?, testTimeAugmentation: Augmentation,
    unknown: UnknownAnswers, execution: Execution
  ) throws {
    if case .atRate(let rate) = unknown, !(0..<1).contains(rate) { throw ImprintingError.badUnknownRate(rate) }
    var model = try execution.normalized(model)
    // A model with another normalisation is no longer the one in the file.
    var file = execution.normalization == nil ? file : nil
    let carried = model.carriedLabels ?? Labels()
    // A sigmoid with one output and the names of two classes.
    if (labels ?? carried).names.count == 2, let both = try? model.withTwoClasses() {
      (model, file) = (both, nil)
    }
    self.resize = resize ?? model.imprintedResize ?? .crop
    self.testTimeAugmentation = testTimeAugmentation
    self.unknown = unknown
    self.execution = execution
    var stored: StoredNovelty?
    var noveltyError: StoredNoveltyError?
    if unknown != .never {
      do { stored = try model.storedNovelty } catch { noveltyError = error }
    }
    self.noveltyError = noveltyError
    if let stored {
      let rate = if case .atRate(let rate) = unknown { rate } else { Double(stored.rate) }
      unknownRule = stored.rule(rate: rate)
      let scoring = try model.appending(stored)
      self.model = (model, scoring)
      runner = try ModelRunner(
        model: scoring,
        origin: file.map { ModelOrigin(file: $0, change: "novelty score as an output") },
        execution: execution)
    } else {
      unknownRule = nil
      self.model = (model, model)
      runner = try ModelRunner(model: model, origin: file.map { ModelOrigin(file: $0) }, execution: execution)
    }
    do {
      let classes = runner.outputCount - (unknownRule == nil ? 0 : 1)
      let fitted = try FittedLabels(labels ?? carried, classes: classes)
      (self.labels, labelsNote) = (fitted.labels, fitted.note)
    } catch {
      // The caller can give other labels; those in the file need not stop the work.
      if labels != nil { throw error }
      (self.labels, labelsNote) = (carried, "the labels in the model do not fit: \(error.message)")
    }
    reader = try ViewReader(
      width: runner.input.width, height: runner.input.height, resize: self.resize, augmentation: testTimeAugmentation)
  }
}
