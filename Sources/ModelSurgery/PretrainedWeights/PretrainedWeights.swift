public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Weights of a network from a file, from which its training starts.
///
/// The file is a TensorFlow checkpoint, a PyTorch state file, safetensors, or a `.tflite` file of the same network, quantised
/// or not.
///
/// ```swift
/// let network = Architecture.mobileNetV1()
/// let pretrained = try PretrainedWeights(contentsOf: URL(filePath: "mobilenet_v1_1.0_224_quant.tflite"), for: network)
/// let embedder = try network.base.model(weights: pretrained.weights)
/// ```
public struct PretrainedWeights: Sendable, Hashable {
  /// The weights of the network up to its embedding, under the network's own names.
  public let weights: NamedWeights
  /// The last layer after the embedding, or nil if the file has none that fits.
  public let head: PretrainedHead?
  /// Whether batch normalisation is folded into the convolutions, as in every `.tflite` file and in networks that were
  /// trained from such a file with fixed statistics.
  ///
  /// Each normalisation then has γ = √(1 + ε), β = the bias, μ = 0 and σ² = 1, so that it only adds the bias. Before training
  /// with batch statistics, measure the mean m and the variance v of each convolution on pictures and set μ = m, σ² = v,
  /// γ = √(v + ε) and β = the bias + m: the network's function does not change.
  public let isFolded: Bool
  /// The range of the result of each layer up to the embedding, by the names of ``Architecture/layerNames``: those of a
  /// quantised model, or those that quantisation-aware training tracked. Empty if the file does not have all of them.
  public let ranges: [String: ActivationRanges.Range]

  /// Reads a file, or the files of a TensorFlow checkpoint; the format is detected from the bytes.
  ///
  /// - Parameters:
  ///   - file: The file; for a TensorFlow checkpoint see ``NamedWeights/init(contentsOf:)``.
  ///   - architecture: The network, with or without its head.
  /// - Throws: ``WeightsError`` or `TFLiteError` if the file cannot be read, and the errors of the other
  ///   initialisers.
  /// - Complexity: O(the size of the file).
  public init(contentsOf file: URL, for architecture: Architecture) throws {
    if let bytes = try? Bytes(mapping: file), bytes.slice(4..<8) == Bytes(Array(Model.fileIdentifier.utf8)) {
      try self.init(Model(bytes: bytes), for: architecture)
    } else {
      try self.init(NamedWeights(contentsOf: file), for: architecture)
    }
  }

  /// Finds weights by name: under the network's own names, also with the prefix `module.`, `model.` or `base.`, or
  /// under the names of TensorFlow-Slim.
  ///
  /// Besides the base, a file may have one linear layer, of any name, that reads its embedding: the head. Other tensors
  /// of a TensorFlow checkpoint, such as optimiser state, are ignored; exponential moving averages are preferred to the
  /// weights themselves.
  ///
  /// - Parameters:
  ///   - weights: The weights.
  ///   - ranges: The ranges of the layers' results, if they are known.
  ///   - architecture: The network, with or without its head.
  /// - Throws: ``PretrainedWeightsError`` for the weights of another network; ``ConversionError`` for a number that is
  ///   infinite or NaN; ``CoralCheckpointError/badRange(variable:value:)`` for a range of fake quantisation that is.
  /// - Complexity: O(the number of weights).
  public init(
    _ weights: NamedWeights, ranges: [String: ActivationRanges.Range] = [:], for architecture: Architecture
  ) throws {
    let base = architecture.base
    let renamed = RenamedWeights(weights, for: architecture)
    let difference = WeightDifference(of: renamed, from: base)
    guard difference.isNone else {
      throw PretrainedWeightsError.otherWeights(
        architecture: architecture.name, difference,
        fitting: architecture.others.first { other in
          WeightDifference(of: RenamedWeights(weights, for: other), from: other.base).isNone
        }?.name)
    }
    self.weights = renamed.tensors(base.weights.map(\.name))
    try base.check(self.weights)
    head = difference.head.flatMap { PretrainedHead(named: $0, in: renamed) }
    isFolded = Self.isFolded(self.weights)
    self.ranges = base.complete(
      ranges.isEmpty ? try SlimNames(in: weights)?.ranges(of: base, in: weights) ?? [:] : ranges)
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

  /// Reads the weights of a model's layers as real numbers.
  ///
  /// The model may transform its input before the first convolution, and may have any layers after the embedding.
  ///
  /// - Throws: ``PretrainedWeightsError`` for the layers of another network, or layers compiled for an Edge TPU;
  ///   ``SurgeryError`` or ``ConversionError`` if weights cannot be read.
  /// - Complexity: O(the size of the model).
  public init(_ model: Model, for architecture: Architecture) throws {
    guard !model.isCompiled else { throw PretrainedWeightsError.compiled }
    let base = architecture.base
    let layers: ModelLayers
    do throws(LayerMismatch) {
      layers = try ModelLayers(of: model, for: base)
    } catch {
      throw PretrainedWeightsError.otherLayers(
        architecture: architecture.name, because: error.words,
        fitting: architecture.others.first { (try? ModelLayers(of: model, for: $0.base)) != nil }?.name)
    }
    weights = try layers.weights(of: model, epsilon: architecture.epsilon)
    try base.check(weights)
    // A head that cannot be read counts as one that does not fit; the base is usable without it.
    head = layers.embedding.flatMap { try? PretrainedHead(reading: $0, of: base.outputs, in: model) }
    isFolded = true
    ranges = base.complete(layers.ranges)
  }
}

extension Architecture {
  /// Returns the ranges of this network's layers if all are there and can be used; else none.
  fileprivate func complete(_ ranges: [String: ActivationRanges.Range]) -> [String: ActivationRanges.Range] {
    let names = Set(layerNames)
    let own = ranges.filter { layer, range in
      names.contains(layer) && ActivationGrid(lower: range.lower, upper: range.upper) != nil
    }
    return own.count == names.count ? own : [:]
  }

  /// The known networks with other layers, one of which may be in the file.
  fileprivate var others: [Architecture] {
    let shapes = base.weights.map(\.shape)
    return Self.known.filter { $0.base.weights.map(\.shape) != shapes }
  }
}

/// The last layer of a classifier, after the embedding x: logits = W f + b, where f is x, or x / ‖x‖.
public struct PretrainedHead: Sendable, Hashable {
  /// W: `[N, D]`, for N classes and an embedding of D elements, including factors of the logits.
  public let weights: WeightTensor
  /// b: `[N]`, zeros if the file has no biases.
  public let biases: WeightTensor
  /// Whether f is x / ‖x‖, as in Coral's imprinting layout.
  public let isNormalized: Bool

  /// Reads the layer of a name; returns nil if its tensors are missing or not finite.
  init?(named name: String, in weights: RenamedWeights) {
    guard let matrix = weights.tensor(name + ".weight"), let biases = weights.tensor(name + ".bias"),
      (matrix.elements + biases.elements).allSatisfy(\.isFinite)
    else { return nil }
    self.weights = matrix
    self.biases = biases
    isNormalized = false
  }

  /// Reads the layer whose logits, with or without a softmax, are the output of the model; returns nil if it is not
  /// linear or does not read the embedding.
  ///
  /// - Throws: ``SurgeryError`` if its weights cannot be read.
  init?(reading embedding: Int32, of dimension: Int, in model: Model) throws(SurgeryError) {
    for output in model.mainSubgraph?.outputs ?? [] {
      guard let (layer, factor) = try OutputPath(to: output, in: model).linearLayer(in: model),
        layer.dimension == dimension, let isNormalized = layer.isNormalized(reading: embedding, in: model)
      else { continue }
      let numbers = try layer.numbers(in: model, times: factor)
      guard let weights = WeightTensor(shape: [layer.rowCount, dimension], numbers.weights),
        let biases = WeightTensor(shape: [layer.rowCount], numbers.biases)
      else { return nil }
      self.weights = weights
      self.biases = biases
      self.isNormalized = isNormalized
      return
    }
    return nil
  }
}

/// Why a file does not hold pretrained weights of a network.
public struct PretrainedWeightsError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case otherWeights, otherLayers, compiled
  }

  /// A tensor's shape in the network and in the file.
  public struct Shapes: Sendable, Hashable {
    public let tensor: String
    public let expected, found: [Int]
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The tensors are not those of the network: some are missing, some are extra, some have other shapes. `fitting` is a
  /// known network whose weights the file holds.
  public static func otherWeights(
    architecture: String, missing: [String], extra: [String], misshapen: [Shapes], fitting: String?
  ) -> Self {
    let differences = [
      list("lack", missing), list("have the extra tensors", extra),
      list("have another shape in", misshapen.map { "\($0.tensor) (\($0.found), not \($0.expected))" }),
    ]
    return Self(
      code: .otherWeights,
      message: "these are not the weights of \(architecture): " + differences.compactMap { $0 }.joined(separator: "; "),
      remedy: advice(fitting))
  }

  /// The layers of a model are not those of the network; `because` is the first difference.
  public static func otherLayers(architecture: String, because: String, fitting: String?) -> Self {
    Self(
      code: .otherLayers, message: "the model's layers are not those of \(architecture): \(because)",
      remedy: advice(fitting))
  }

  /// The model is compiled for an Edge TPU.
  public static let compiled = Self(
    code: .compiled, message: "the model is compiled for an Edge TPU, which hides its weights",
    remedy: "give the model that it was compiled from")

  static func otherWeights(architecture: String, _ difference: WeightDifference, fitting: String?) -> Self {
    .otherWeights(
      architecture: architecture, missing: difference.missing, extra: difference.extra,
      misshapen: difference.misshapen, fitting: fitting)
  }

  private static func advice(_ fitting: String?) -> String {
    fitting.map { "they are those of \($0)" } ?? "check that the architecture is the right one"
  }

  private static func list(_ words: String, _ names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let most = 4
    let rest = names.count > most ? " and \(names.count - most) more" : ""
    return "they \(words) \(names.prefix(most).joined(separator: ", "))\(rest)"
  }
}
