public import Platform

/// A network that Coral's `mobilenet_v1_l2norm_train.py` trained, with its head, from its TensorFlow checkpoint.
///
/// The network is TF-Slim's MobileNet v1 with the layers `Logits/Conv2d_1c_1x1_negative`, a projection with biases, and
/// `Logits/Conv2d_1d_1x1_normalize`, the class rows, which are multiplied by `Logits/scale_factor`. With `--quantize`, it
/// has the variables of fake quantisation.
///
/// ```swift
/// let weights = try NamedWeights(contentsOf: URL(filePath: "model.ckpt-1000"))
/// let checkpoint = try CoralCheckpoint(weights, labels: names)
/// try checkpoint.network.floatModel().serialized().write(to: file)
/// ```
public struct CoralCheckpoint: Sendable, Hashable {
  /// The network.
  public let network: ImprintableNetwork
  /// The ranges of ``ImprintableNetwork/rangedLayers`` that fake quantisation tracked; empty if the network was trained
  /// without it.
  public let ranges: [String: ActivationRanges.Range]

  private static let projection = "Logits/Conv2d_1c_1x1_negative"
  private static let rows = "Logits/Conv2d_1d_1x1_normalize"
  private static let scale = "Logits/scale_factor"
  private static let plainHead = "Logits/Conv2d_1c_1x1"

  /// Returns whether weights have the names of TF-Slim's MobileNet v1.
  public static func isSlim(_ weights: NamedWeights) -> Bool { SlimNames(in: weights) != nil }

  /// Returns whether weights are those of a MobileNet v1 of TF-Slim with an L2-normalised head.
  public static func isNormalized(_ weights: NamedWeights) -> Bool {
    SlimNames(in: weights).map { $0.tensor(rows + "/weights", in: weights) != nil } ?? false
  }

  /// Reads the variables of a checkpoint.
  ///
  /// - Parameters:
  ///   - weights: The variables; moving averages are used if there are any.
  ///   - architecture: The network; by default the MobileNet v1 whose width fits.
  ///   - labels: The names of the classes in order, or none.
  /// - Throws: ``CoralCheckpointError``, ``PretrainedWeightsError`` for another network, and ``ConversionError`` for a
  ///   number that is infinite or NaN.
  /// - Complexity: O(the number of weights).
  public init(_ weights: NamedWeights, for architecture: Architecture? = nil, labels: [String] = []) throws {
    guard let slim = SlimNames(in: weights), let rows = slim.tensor(Self.rows + "/weights", in: weights) else {
      throw CoralCheckpointError.noNormalizedHead(layer: Self.rows)
    }
    guard slim.tensor(Self.plainHead + "/weights", in: weights) == nil else {
      throw CoralCheckpointError.twoHeads(Self.plainHead, Self.rows)
    }
    let network = architecture ?? Self.fitting(weights, slim) ?? .mobileNetV1()
    let base = try PretrainedWeights(weights, for: network)
    let outputs = network.base.outputs
    let projection = try slim.tensor(Self.projection + "/weights", in: weights)
      .map { try Self.matrix($0, of: Self.projection, inputs: outputs) }
    let dimension = projection?.shape.first ?? outputs
    let matrix = try Self.matrix(rows, of: Self.rows, inputs: dimension)
    guard let factor = slim.tensor(Self.scale, in: weights), factor.count == 1, let scale = factor.elements.first,
      scale.isFinite, scale > 0
    else { throw CoralCheckpointError.badVariable(Self.scale, because: "it is not one positive number") }
    // Coral's script sets them to zero and does not train them, and the imprinting layout has none.
    if let biases = slim.tensor(Self.rows + "/biases", in: weights), biases.elements.contains(where: { $0 != 0 }) {
      throw CoralCheckpointError.badVariable(Self.rows + "/biases", because: "imprinting needs biases of zero")
    }
    guard labels.isEmpty || labels.count == matrix.shape[0] else {
      throw CoralCheckpointError.otherLabels(classes: matrix.shape[0], labels: labels.count)
    }
    self.network = ImprintableNetwork(
      architecture: network, base: base.weights, projection: projection,
      projectionBiases: projection == nil ? nil : slim.tensor(Self.projection + "/biases", in: weights), rows: matrix,
      scale: scale, labels: labels)
    ranges = try Self.ranges(of: self.network, in: weights, slim)
  }

  /// Returns the MobileNet v1 whose first layer has as many outputs as that of the checkpoint.
  private static func fitting(_ weights: NamedWeights, _ slim: SlimNames) -> Architecture? {
    let outputs = slim.tensor("Conv2d_0/weights", in: weights)?.shape.last
    return Architecture.known.first { network in
      guard network.name.hasPrefix("mobilenet-v1"), case .convolution(_, _, _, let own, _, _, _)? = network.layers.first
      else { return false }
      return own == outputs
    }
  }

  /// Returns the kernel `[1, 1, inputs, outputs]` of a convolution as the matrix `[outputs, inputs]`.
  private static func matrix(_ kernel: WeightTensor, of layer: String, inputs: Int) throws -> WeightTensor {
    guard kernel.shape.count == 4, kernel.shape.prefix(3) == [1, 1, inputs], kernel.shape[3] > 0,
      let matrix = kernel.permuted([3, 2, 0, 1])?.reshaped([kernel.shape[3], inputs])
    else {
      throw CoralCheckpointError.badVariable(
        layer + "/weights", because: "its shape is \(kernel.shape) instead of [1, 1, \(inputs), outputs]")
    }
    guard matrix.elements.allSatisfy(\.isFinite) else {
      throw CoralCheckpointError.badVariable(layer + "/weights", because: "it holds a number that is infinite or NaN")
    }
    return matrix
  }

  /// Returns the ranges of all layers that need one, or none if fake quantisation tracked none.
  private static func ranges(
    of network: ImprintableNetwork, in weights: NamedWeights, _ slim: SlimNames
  ) throws -> [String: ActivationRanges.Range] {
    var ranges = try slim.ranges(of: network.architecture.base, in: weights)
    if network.projection != nil {
      ranges[ImprintableNetwork.projectionName] = try slim.range(ofLayer: projection, in: weights)
    }
    guard !ranges.isEmpty else { return [:] }
    if let missing = network.rangedLayers.first(where: { ranges[$0] == nil }) {
      throw CoralCheckpointError.missingRange(
        layer: missing == ImprintableNetwork.projectionName ? projection : missing)
    }
    return ranges
  }
}

/// Why a TensorFlow checkpoint is not that of a network that can be imprinted.
public struct CoralCheckpointError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case noNormalizedHead, twoHeads, otherLabels, badVariable, badRange, missingRange
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The checkpoint lacks the class rows on the normalised embedding.
  public static func noNormalizedHead(layer: String) -> Self {
    Self(
      code: .noNormalizedHead,
      message: "the checkpoint has no L2-normalised head, which Coral's script names \(layer)",
      remedy: "train a head on its base, with the checkpoint as pretrained weights")
  }

  /// The checkpoint has a plain and a normalised head.
  public static func twoHeads(_ one: String, _ other: String) -> Self {
    Self(
      code: .twoHeads, message: "the checkpoint has two heads, \(one) and \(other)",
      remedy: "save a checkpoint of the variables of one of them")
  }

  /// The labels are not as many as the classes.
  public static func otherLabels(classes: Int, labels: Int) -> Self {
    Self(
      code: .otherLabels, message: "the checkpoint has \(classes) classes, but there are \(labels) labels",
      remedy: "use the labels that the network was trained with, with one line for each class, background included")
  }

  /// A variable cannot be used.
  public static func badVariable(_ name: String, because reason: String) -> Self {
    Self(code: .badVariable, message: "the variable \(name) cannot be used: \(reason)", remedy: nil)
  }

  /// An end of a tracked range is infinite or NaN, or below the other end.
  public static func badRange(variable: String, value: Float) -> Self {
    Self(
      code: .badRange, message: "the range of fake quantisation is invalid: \(variable) is \(value)",
      remedy: "check that the training has converged")
  }

  /// Fake quantisation tracked the ranges of other layers, but not of this one.
  public static func missingRange(layer: String) -> Self {
    Self(
      code: .missingRange, message: "the checkpoint has ranges of fake quantisation, but none of the layer \(layer)",
      remedy: "use a checkpoint that was saved with all variables")
  }
}
