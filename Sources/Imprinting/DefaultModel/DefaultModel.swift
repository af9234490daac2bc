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
  /// The published network that the model is made of.
  public static let published = PublishedModel.efficientNetLite0

  /// The weights from which the model is made.
  public static var source: PublishedWeights { published.weights }

  /// The model's file; see ``PublishedModel/location``.
  public static var location: URL { published.location }

  /// Returns the given file, or else the file of the default model.
  ///
  /// - Throws: ``DefaultModelError/missing(path:)`` where no file is given and the default model does not exist.
  public static func url(orGiven named: URL?) throws(DefaultModelError) -> URL {
    if let named { return named }
    let location = location
    guard FileManager.default.fileExists(atPath: location.path) else { throw .missing(path: location.path) }
    return location
  }

  /// Makes the model from a local file of weights; see ``PublishedModel/make(weights:isFloat:)``.
  public static func make(weights file: URL, isFloat: Bool = false) throws -> Model {
    try published.make(weights: file, isFloat: isFloat)
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
        \(path) is not the published file of weights: its SHA-256 is \(sha256), and not \
        \(expected)
        """, remedy: "use the published file, or convert these weights to a separate model")
  }
}
