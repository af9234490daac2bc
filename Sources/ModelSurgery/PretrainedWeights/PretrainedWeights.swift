import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Weights from elsewhere that the training of a network begins with.
///
/// They come from a TensorFlow checkpoint, a PyTorch state file, safetensors, or a `.tflite` file of the same network,
/// quantised or not.
///
/// ```swift
/// let network = Architecture.mobileNetV1()
/// let start = try StartingPoint(contentsOf: URL(filePath: "mobilenet_v1_1.0_224_quant.tflite"), for: network)
/// let embedder = try network.base.model(weights: start.weights)
/// ```
public struct StartingPoint: Sendable, Hashable {
  /// The weights of the network up to its embedding, under the network's own names, checked.
  public let weights: NamedWeights
  /// The classifier behind the embedding, or nil where the file has none that fits.
  public let head: StartingHead?
  /// Whether batch normalisation is folded into the convolutions, as it is in every `.tflite` file and in what was trained
  /// on it without moving it.
  ///
  /// Each normalisation then has γ = √(1 + ε), β = the bias, μ = 0 and σ² = 1, so that in use it adds the bias and no
  /// more. Before training normalises by batches, measure each convolution's mean m and variance v on pictures and set
  /// μ = m, σ² = v, γ = √(v + ε) and β = the bias + m: the network stays the same.
  public let isFolded: Bool

  /// Reads a file, or a TensorFlow checkpoint of several, whose kind is told by its bytes.
  ///
  /// - Parameters:
  ///   - file: The file; a TensorFlow checkpoint is named as for ``NamedWeights/init(contentsOf:)``.
  ///   - architecture: The network, with its head or without.
  /// - Throws: ``WeightsError`` or ``TFLiteError`` where the file cannot be read, and what the other initialisers throw.
  /// - Complexity: O(the size of the file).
  public init(contentsOf file: URL, for architecture: Architecture) throws {
    if let bytes = try? Bytes(mapping: file), bytes.slice(4..<8) == Bytes(Array(Model.fileIdentifier.utf8)) {
      try self.init(Model(bytes: bytes), for: architecture)
    } else {
      try self.init(NamedWeights(contentsOf: file), for: architecture)
    }
  }

  /// Takes weights by name: those of the network itself, also with `module.`, `model.` or `base.` before them, or those
  /// of TensorFlow's slim.
  ///
  /// Beside the base a file may have one linear layer, of any name, that reads its embedding: the head. In a TensorFlow
  /// checkpoint other tensors are left alone, such as an optimiser's; averages over the training are preferred.
  ///
  /// - Throws: ``StartingPointError`` where they are another network's; ``ConversionError`` where a number is infinite or
  ///   none (NaN).
  /// - Complexity: O(the number of weights).
  public init(_ weights: NamedWeights, for architecture: Architecture) throws {
    let base = architecture.base
    let renamed = RenamedWeights(weights, for: architecture)
    let difference = WeightDifference(of: renamed, from: base)
    guard difference.isNone else {
      throw StartingPointError.otherWeights(
        architecture: architecture.name, difference,
        fitting: architecture.others.first { other in
          WeightDifference(of: RenamedWeights(weights, for: other), from: other.base).isNone
        }?.name)
    }
    self.weights = renamed.tensors(base.weights.map(\.name))
    try base.check(self.weights)
    head = difference.head.flatMap { StartingHead(named: $0, in: renamed) }
    isFolded = Self.isFolded(self.weights)
  }

  /// Whether all means are 0 and all variances 1.
  package static func isFolded(_ weights: NamedWeights) -> Bool {
    weights.names.allSatisfy { name in
      let elements = weights[name]?.elements ?? []
      if name.hasSuffix(".running_mean") { return elements.allSatisfy { $0 == 0 } }
      if name.hasSuffix(".running_var") { return elements.allSatisfy { $0 == 1 } }
      return true
    }
  }

  /// Takes the weights of a model's layers, as real numbers.
  ///
  /// The model may prepare its input before the first convolution, and may have anything behind the embedding.
  ///
  /// - Throws: ``StartingPointError`` where the layers are another network's, or compiled for an Edge TPU;
  ///   ``SurgeryError`` or ``ConversionError`` where weights cannot be read.
  /// - Complexity: O(the size of the model).
  public init(_ model: Model, for architecture: Architecture) throws {
    guard !model.isCompiled else { throw StartingPointError.compiled }
    let base = architecture.base
    let layers: ModelLayers
    do throws(LayerMismatch) {
      layers = try ModelLayers(of: model, for: base)
    } catch {
      throw StartingPointError.otherLayers(
        architecture: architecture.name, because: error.words,
        fitting: architecture.others.first { (try? ModelLayers(of: model, for: $0.base)) != nil }?.name)
    }
    weights = try layers.weights(of: model, epsilon: architecture.epsilon)
    try base.check(weights)
    // A head that cannot be read is none that fits; the base stands without it.
    head = layers.embedding.flatMap { try? StartingHead(behind: $0, of: base.outputs, in: model) }
    isFolded = true
  }
}

extension Architecture {
  /// The known networks of other layers, of which one may be what a file has.
  fileprivate var others: [Architecture] {
    let shapes = base.weights.map(\.shape)
    return Self.known.filter { $0.base.weights.map(\.shape) != shapes }
  }
}
