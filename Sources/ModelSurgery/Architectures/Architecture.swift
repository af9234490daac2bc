public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A network as data: its layers in order, and the names of their weights in a training framework.
///
/// ```swift
/// let weights = try NamedWeights(contentsOf: URL(filePath: "efficientnet-lite0.pth"))
/// let model = try Architecture.efficientNetLite0.model(weights: weights)
/// ```
public struct Architecture: Sendable, Hashable {
  /// The name, such as `efficientnet-lite0`.
  public let name: String
  /// The width and height of the input pictures.
  public let side: Int32
  /// The normalisation it was trained with: (byte − mean) / deviation, for bytes from 0 to 255.
  public let mean, deviation: Float
  /// The ε that batch normalisation adds to the variance.
  public let epsilon: Double
  /// The layers; the first one reads the picture.
  public let layers: [Layer]

  /// Creates a network; the parameters are the properties of the same names.
  public init(name: String, side: Int32, mean: Float, deviation: Float, epsilon: Double, layers: [Layer]) {
    self.name = name
    self.side = side
    self.mean = mean
    self.deviation = deviation
    self.epsilon = epsilon
    self.layers = layers
  }

  /// A layer or a group of layers.
  ///
  /// `weights` and `normalization` are the prefixes of weight names: `weights.weight`, `weights.bias`,
  /// `normalization.running_mean` and so on. Convolutions have SAME padding, and no bias except that of the
  /// normalisation.
  public indirect enum Layer: Sendable, Hashable {
    /// A convolution with a square kernel, batch normalisation and an activation.
    case convolution(
      name: String, weights: String, normalization: String, outputs: Int, window: Int, stride: Int32 = 1,
      activation: ActivationFunction = .none)
    /// A depthwise convolution, batch normalisation and an activation.
    case depthwise(
      name: String, weights: String, normalization: String, window: Int, stride: Int32 = 1,
      activation: ActivationFunction = .none)
    /// Layers with a residual connection.
    case residual(name: String, [Layer])
    /// The mean over the picture, per channel (global average pooling).
    case mean(name: String)
    /// A fully connected layer with a bias.
    case fullyConnected(name: String, weights: String, outputs: Int)
    /// A softmax.
    case softmax(name: String)
  }
}

extension Architecture {
  /// The network up to its embedding: the layers through the mean over the picture.
  public var base: Architecture {
    let end = layers.firstIndex { if case .mean = $0 { true } else { false } } ?? layers.count - 1
    return with(layers: Array(layers.prefix(end + 1)))
  }

  /// The number of outputs of the last layer.
  public var outputs: Int { Self.outputs(of: layers, given: 3) }

  /// The names of all layers in execution order; a sum follows its terms.
  public var layerNames: [String] { Self.names(of: layers) }

  static func names(of layers: [Layer]) -> [String] {
    layers.flatMap { layer in
      switch layer {
      case .convolution(let name, _, _, _, _, _, _), .depthwise(let name, _, _, _, _, _), .mean(let name),
        .fullyConnected(let name, _, _), .softmax(let name):
        [name]
      case .residual(let name, let inner): names(of: inner) + [name]
      }
    }
  }

  /// Returns the same network for pictures of another width and height.
  public func with(side: Int32) -> Architecture {
    Architecture(name: name, side: side, mean: mean, deviation: deviation, epsilon: epsilon, layers: layers)
  }

  private func with(layers: [Layer]) -> Architecture {
    Architecture(name: name, side: side, mean: mean, deviation: deviation, epsilon: epsilon, layers: layers)
  }

  private static func outputs(of layers: [Layer], given inputs: Int) -> Int {
    layers.reduce(inputs) { channels, layer in
      switch layer {
      case .convolution(_, _, _, let outputs, _, _, _), .fullyConnected(_, _, let outputs): outputs
      case .residual(_, let inner): outputs(of: inner, given: channels)
      case .depthwise, .mean, .softmax: channels
      }
    }
  }
}

extension Architecture {
  /// The names and shapes of all weights of the network, in layer order and PyTorch layout.
  public var weights: [(name: String, shape: [Int])] {
    var needed: [(name: String, shape: [Int])] = []
    var channels = 3
    Self.collect(layers, &channels, &needed)
    return needed
  }

  /// Checks that the weights fit the network: none is missing, none is extra, all have the right shape and are finite.
  ///
  /// The batch counter of a normalisation is optional.
  ///
  /// - Throws: ``ConversionError``.
  /// - Complexity: O(elements).
  public func check(_ weights: NamedWeights) throws(ConversionError) {
    let needed = self.weights
    let names = Set(needed.map(\.name))
    let missing = needed.map(\.name).filter { weights[$0] == nil }
    let extra = weights.names.filter { !names.contains($0) && !isCounter($0, names) }
    guard missing.isEmpty, extra.isEmpty else {
      throw .unmatched(architecture: name, missing: missing, extra: extra)
    }
    for (name, shape) in needed {
      guard let tensor = weights[name] else { continue }
      guard tensor.shape == shape else { throw .misshapen(tensor: name, expected: shape, found: tensor.shape) }
      if let place = tensor.elements.firstIndex(where: { !$0.isFinite }) {
        throw .badNumber(tensor: name, because: "its element \(place) is \(tensor.elements[place])")
      }
    }
  }

  /// Returns whether a name is the batch counter of a normalisation.
  func isCounter(_ name: String, _ names: Set<String>) -> Bool {
    let ending = ".num_batches_tracked"
    return name.hasSuffix(ending) && names.contains(name.dropLast(ending.count) + ".running_mean")
  }

  private static func collect(
    _ layers: [Layer], _ channels: inout Int, _ needed: inout [(name: String, shape: [Int])]
  ) {
    for layer in layers {
      switch layer {
      case .convolution(_, let weights, let normalization, let outputs, let window, _, _):
        needed.append((weights + ".weight", [outputs, channels, window, window]))
        channels = outputs
        needed += BatchNormalization.names(normalization).map { ($0, [outputs]) }
      case .depthwise(_, let weights, let normalization, let window, _, _):
        needed.append((weights + ".weight", [channels, 1, window, window]))
        needed += BatchNormalization.names(normalization).map { [channels] in ($0, [channels]) }
      case .residual(_, let inner):
        collect(inner, &channels, &needed)
      case .fullyConnected(_, let weights, let outputs):
        needed.append((weights + ".weight", [outputs, channels]))
        needed.append((weights + ".bias", [outputs]))
        channels = outputs
      case .mean, .softmax: break
      }
    }
  }
}

/// Why weights do not fit an architecture.
public struct ConversionError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case unmatched, misshapen, badNumber
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The weights lack tensors that the network has, or have tensors that it lacks.
  public static func unmatched(architecture: String, missing: [String], extra: [String]) -> Self {
    var parts: [String] = []
    if !missing.isEmpty { parts.append("they lack \(list(missing))") }
    if !extra.isEmpty { parts.append("they have the extra tensors \(list(extra))") }
    return Self(
      code: .unmatched,
      message: "these are not the weights of \(architecture): \(parts.joined(separator: "; "))",
      remedy: Self.rightArchitecture)
  }

  /// A tensor has another shape than in the network.
  public static func misshapen(tensor: String, expected: [Int], found: [Int]) -> Self {
    Self(
      code: .misshapen,
      message: "the tensor \"\(tensor)\" has the shape \(found), where the network has \(expected)",
      remedy: Self.rightArchitecture)
  }

  /// A tensor holds a number that is not finite, or leads to one.
  public static func badNumber(tensor: String, because reason: String) -> Self {
    Self(
      code: .badNumber,
      message: "the tensor \"\(tensor)\" cannot be used: \(reason)",
      remedy: "check the weights for damage, and their training for divergence")
  }

  private static let rightArchitecture = "choose the architecture that the weights were trained for"

  private static func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
  }
}
