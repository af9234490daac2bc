public import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A trained network that can be imprinted: a picture network up to its embedding, and one row for each class.
///
/// With the base's embedding e and an optional projection P e + b, the scores are softmax(s W x), with x = (P e + b) /
/// ‖P e + b‖ and W the rows, normalised to unit length: Qi, Brown and Lowe (CVPR 2018). Written models have Coral's layout, so that
/// `ImprintingEngine` accepts them.
///
/// ```swift
/// let network = ImprintableNetwork(
///   architecture: .mobileNetV1(), base: weights, projection: projection, rows: rows, scale: 20, labels: names)
/// try network.floatModel().serialized().write(to: file)
/// try network.quantizedModel(ranges: ranges, grid: .uint8PerTensor).serialized().write(to: other)
/// ```
public struct ImprintableNetwork: Sendable, Hashable {
  /// The network, which is used up to its mean: ``Architecture/base``.
  public let architecture: Architecture
  /// The weights of that part, with batch normalisation.
  public let base: NamedWeights
  /// P, `[D', D]`: a linear layer between mean and normalisation, which allows negative embeddings.
  public let projection: WeightTensor?
  /// The biases of the projection, `[D']`, or nil for none.
  public let projectionBiases: WeightTensor?
  /// The rows of the classes, `[K, D']`, or `[K, D]` without a projection; of any length but 0.
  public let rows: WeightTensor
  /// s, the factor of the cosines before the softmax.
  public let scale: Float
  /// The names of the K classes in order, or none.
  public let labels: [String]

  /// Creates a network; the parameters are the properties of the same names. They are checked when a model is made.
  public init(
    architecture: Architecture, base: NamedWeights, projection: WeightTensor? = nil,
    projectionBiases: WeightTensor? = nil, rows: WeightTensor, scale: Float, labels: [String] = []
  ) {
    self.architecture = architecture
    self.base = base
    self.projection = projection
    self.projectionBiases = projectionBiases
    self.rows = rows
    self.scale = scale
    self.labels = labels
  }

  /// The layer name of the projection.
  public static let projectionName = "projection"

  /// The layers whose ranges quantisation needs: the layers of the base, and the projection if there is one.
  ///
  /// A layer's result includes its activation. The layers after them are quantised as ``ActivationGrid/symmetric(_:)``
  /// describes: the normalised embedding and the cosines with the bound 1, s times the cosines with the bound s. The
  /// input has the scale 1 / deviation and the mean as the zero point.
  public var rangedLayers: [String] {
    architecture.base.layerNames + (projection == nil ? [] : [Self.projectionName])
  }

  /// Returns the range that the grid of the class rows covers in any case, for rows imprinted later: the elements of
  /// unit vectors rarely exceed 0.5.
  ///
  /// If embeddings cannot be negative, neither can imprinted rows.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - isProjected: Whether there is a projection between mean and normalisation.
  public static func rowRoom(of architecture: Architecture, isProjected: Bool) -> ClosedRange<Float> {
    let isNonNegative =
      switch architecture.base.layers.dropLast().last {
      case .convolution(_, _, _, _, _, _, let activation), .depthwise(_, _, _, _, _, let activation):
        [.relu, .relu6].contains(activation)
      default: false
      }
    return (isNonNegative && !isProjected ? 0 : -ImprintingTail.rowRoom)...ImprintingTail.rowRoom
  }
}

extension ImprintableNetwork {
  /// Returns the rows, normalised to unit length.
  ///
  /// - Throws: ``ExportError/badNetwork(because:)`` if the parts do not fit or hold invalid numbers, and
  ///   ``ConversionError`` if the weights do not fit the architecture.
  func checkedRows() throws -> [Float] {
    let layers = architecture.base.layers
    guard case .mean? = layers.last, Self.arePictureLayers(layers.dropLast()) else {
      throw ExportError.badNetwork(because: "\(architecture.name) has no mean over the picture after its convolutions")
    }
    guard PixelScale(mean: architecture.mean, deviation: architecture.deviation).isStorable,
      ByteStorage.scales.contains(1 / architecture.deviation)
    else {
      throw ExportError.badNetwork(
        because:
          "(byte − \(architecture.mean)) / \(architecture.deviation) is not a normalisation that 8-bit types can represent"
      )
    }
    try architecture.base.check(base)
    let dimension = try checkedDimension()
    guard rows.shape.count == 2, rows.shape[0] > 0, rows.shape[1] == dimension else {
      throw ExportError.badNetwork(
        because: "the classes' rows have the shape \(rows.shape) instead of [classes, \(dimension)]")
    }
    guard (1e-6...1e6).contains(scale) else {
      throw ExportError.badNetwork(because: "the scale factor is \(scale), which is not a valid factor of cosines")
    }
    guard labels.isEmpty || labels.count == rows.shape[0] else {
      throw ExportError.badNetwork(because: "there are \(labels.count) labels for \(rows.shape[0]) classes")
    }
    if let wrong = labels.first(where: { $0.contains(where: \.isNewline) }) {
      throw ExportError.badNetwork(because: "the label \"\(wrong)\" holds a line break")
    }
    return try normalizedRows(dimension)
  }

  private static func arePictureLayers(_ layers: some Sequence<Architecture.Layer>) -> Bool {
    layers.allSatisfy { layer in
      switch layer {
      case .convolution, .depthwise: true
      case .residual(_, let inner): arePictureLayers(inner)
      case .mean, .fullyConnected, .softmax: false
      }
    }
  }

  /// Returns D', or D without a projection.
  private func checkedDimension() throws(ExportError) -> Int {
    let inputs = architecture.base.outputs
    guard let projection else { return inputs }
    guard projection.shape.count == 2, projection.shape[0] > 0, projection.shape[1] == inputs else {
      throw .badNetwork(
        because: "the projection has the shape \(projection.shape) instead of [outputs, \(inputs)]")
    }
    guard projection.elements.allSatisfy(\.isFinite) else {
      throw .badNetwork(because: "the projection holds a number that is infinite or NaN")
    }
    if let projectionBiases {
      guard projectionBiases.shape == [projection.shape[0]], projectionBiases.elements.allSatisfy(\.isFinite) else {
        throw .badNetwork(
          because: "the biases of the projection are not \(projection.shape[0]) finite numbers")
      }
    }
    return projection.shape[0]
  }

  private func normalizedRows(_ dimension: Int) throws(ExportError) -> [Float] {
    var normalized = rows.elements
    for row in 0..<rows.shape[0] {
      let places = row * dimension..<(row + 1) * dimension
      let length = normalized[places].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length.isFinite, length > 0 else {
        throw .badNetwork(because: "the row of the class \(row) has the length \(length)")
      }
      for place in places { normalized[place] = Float(Double(normalized[place]) / length) }
    }
    return normalized
  }
}

/// Why a trained network cannot be written as a model.
public struct ExportError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case badNetwork, missingRange, badRange, badLayer
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The parts of the network do not fit together.
  public static func badNetwork(because reason: String) -> Self {
    Self(code: .badNetwork, message: "the network cannot be written: \(reason)", remedy: nil)
  }

  /// No range was trained for a layer.
  public static func missingRange(layer: String) -> Self {
    Self(
      code: .missingRange, message: "no range was trained for the layer \(layer)",
      remedy: "track the ranges of all layers in training")
  }

  /// A trained range has an end that is not finite, or its ends are in the wrong order.
  public static func badRange(layer: String, lower: Float, upper: Float) -> Self {
    Self(
      code: .badRange,
      message: "the trained range of the layer \(layer), \(lower) to \(upper), is invalid",
      remedy: "check that the training has converged")
  }

  /// A layer cannot be stored in bytes.
  public static func badLayer(_ layer: String, because reason: String) -> Self {
    Self(
      code: .badLayer,
      message: "the layer \(layer) cannot be stored in bytes: \(reason)",
      remedy: "check that the training has converged")
  }
}
