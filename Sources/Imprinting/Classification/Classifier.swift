import Inference
import Heads
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
  /// How often, and how, a picture file is looked at: scores and familiarity are the means over its views.
  ///
  /// Several views take as many runs of the model. On flowers17, under the analytic head taught from five views, five
  /// instead of one raise the accuracy from 0.902 to 0.916 at 5 pictures a class and from 0.965 to 0.973 at 60 with
  /// MobileNet v1, and from 0.893 to 0.913 at 5 with EfficientNet-Lite0. Thirteen add hardly more. The threshold of
  /// ``unknownRule`` is that of single views.
  public let views: Augmentation
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
  /// What cuts the views, where there are several.
  let pictureViews: AugmentedReader?

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - file: The model.
  ///   - labels: Names of the classes; by default those that the file carries.
  ///   - resize: How pictures are brought to the model's size; by default as in training where the file says so, else
  ///     the largest centred square.
  ///   - views: How often, and how, a picture file is looked at; see ``views``.
  ///   - unknown: When pictures are called unknown.
  ///   - execution: How it is run.
  /// - Throws: ``TFLiteError`` when the file is no sound model, ``SurgeryError`` and ``ImprintingError`` when it is not of
  ///   the kind that is needed or a rate makes no sense, ``LiteRTError`` when the runtime is missing or refuses it,
  ///   ``PictureError`` for a senseless resize.
  public init(
    contentsOf file: URL, labels: Labels? = nil, resize: Resize? = nil, views: Augmentation = .one,
    unknown: UnknownAnswers = .asTaught, execution: Execution = Execution()
  ) throws {
    try self.init(
      bytes: Bytes(mapping: file), labels: labels, resize: resize, views: views, unknown: unknown, execution: execution)
  }

  /// Opens a model in memory; see ``init(contentsOf:labels:resize:views:unknown:execution:)``.
  public init(
    bytes: Bytes, labels: Labels? = nil, resize: Resize? = nil, views: Augmentation = .one,
    unknown: UnknownAnswers = .asTaught, execution: Execution = Execution()
  ) throws {
    if case .atRate(let rate) = unknown, !(0..<1).contains(rate) { throw ImprintingError.badUnknownRate(rate) }
    let model = try Model(bytes: bytes)
    self.labels = labels ?? model.carriedLabels ?? Labels()
    self.resize = resize ?? model.imprintedResize ?? .crop
    self.views = views
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
        model: answering, file: Bytes(answering.serialized().bytes()), execution: execution)
    } else {
      unknownRule = nil
      runner = try ModelRunner(model: model, file: bytes, execution: execution)
    }
    reader = try PictureReader(width: runner.input.width, height: runner.input.height, resize: self.resize)
    pictureViews =
      views == .one
      ? nil
      : try AugmentedReader(width: runner.input.width, height: runner.input.height, resize: self.resize, views: views)
  }
}
