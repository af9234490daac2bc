import ModelSurgery
import TFLite
import Torch

/// The network to train: a base with its head, as tensors.
///
/// Its layers come from an ``Architecture``, from which the exported model is built too.
final class Network {
  let base: Architecture
  let head: HeadSettings
  let classes: Int
  let torch: Torch
  let weights: [NetworkWeight]
  private let tensors: [String: TorchTensor]

  /// The names of the head's weights: P, b, W with rows that are not normalised, and s.
  static let projectionName = headPrefix + "projection"
  static let projectionBiasesName = headPrefix + "projection_biases"
  static let rowsName = headPrefix + "rows"
  static let scaleName = headPrefix + "scale"
  static let headPrefix = "head."

  /// Creates a network.
  ///
  /// - Parameters:
  ///   - base: The architecture of the base.
  ///   - head: The settings of the head.
  ///   - classes: The number of classes.
  ///   - weights: The weights of both, by the names of ``shapes(base:head:classes:)``.
  ///   - torch: The library and device that compute it.
  /// - Throws: ``TrainingError/badWeights(_:because:)`` and `TorchError`.
  init(base: Architecture, head: HeadSettings, classes: Int, weights: NamedWeights, torch: Torch) throws {
    self.base = base
    self.head = head
    self.classes = classes
    self.torch = torch
    self.weights = try Self.shapes(base: base, head: head, classes: classes).map { name, shape in
      guard let weight = weights[name] else { throw TrainingError.badWeights(name, because: "it is missing") }
      guard weight.shape == shape else {
        throw TrainingError.badWeights(name, because: "its shape is \(weight.shape) instead of \(shape)")
      }
      return NetworkWeight(
        name: name, role: Self.role(name, shape), isBase: !name.hasPrefix(Self.headPrefix),
        tensor: try torch.tensor(weight))
    }
    tensors = Dictionary(uniqueKeysWithValues: self.weights.map { ($0.name, $0.tensor) })
  }

  /// Returns the names and shapes of all weights.
  static func shapes(base: Architecture, head: HeadSettings, classes: Int) -> [(name: String, shape: [Int])] {
    let embedding = head.projection ?? base.outputs
    var projection: [(name: String, shape: [Int])] = []
    if let outputs = head.projection {
      projection.append((projectionName, [outputs, base.outputs]))
      if head.hasProjectionBiases { projection.append((projectionBiasesName, [outputs])) }
    }
    return base.weights + projection
      + [(rowsName, [classes, embedding]), (scaleName, [1])]
  }

  private static func role(_ name: String, _ shape: [Int]) -> NetworkWeight.Role {
    if name.hasSuffix(".running_mean") || name.hasSuffix(".running_var") { return .statistic }
    // As in TensorFlow-Slim, depthwise kernels do not decay: they have too few weights to need it.
    return shape.count == 4 && shape[1] > 1 || name == projectionName ? .kernel : .free
  }

  /// Returns the weight with a name of ``shapes(base:head:classes:)``.
  func tensor(_ name: String) throws -> TorchTensor {
    guard let tensor = tensors[name] else { throw TrainingError.badWeights(name, because: "it is missing") }
    return tensor
  }

  /// Returns the weights that are trained.
  ///
  /// - Parameter isBaseFrozen: Whether the base's weights are left out.
  func trained(isBaseFrozen: Bool) -> [NetworkWeight] {
    weights.filter { $0.role != .statistic && !(isBaseFrozen && $0.isBase) }
  }

  /// Returns the current weights.
  func values() throws -> NamedWeights { try NamedWeights(weights.map { ($0.name, try $0.tensor.weights()) }) }
}

/// A weight of a network, and its role in training.
struct NetworkWeight {
  enum Role {
    /// The kernel of a pointwise or full convolution, or a projection; it is trained with weight decay.
    case kernel
    /// Trained without weight decay.
    case free
    /// A running mean or variance of batch normalisation; it is not trained.
    case statistic
  }

  let name: String
  let role: Role
  let isBase: Bool
  let tensor: TorchTensor
}

extension Torch {
  /// Returns a tensor of stored weights.
  func tensor(_ weights: WeightTensor) throws(TorchError) -> TorchTensor {
    try tensor(weights.elements, shape: weights.shape)
  }

  /// Returns the rows of a stored matrix at the given places, in that order.
  func rows(_ places: [Int], of matrix: WeightTensor) throws(TorchError) -> TorchTensor {
    let width = matrix.shape.last ?? 0
    let elements = matrix.data.withUnsafeBytes { bytes in
      places.flatMap { place in
        (place * width..<(place + 1) * width).map { element in
          Float(
            bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * element, as: UInt32.self)))
        }
      }
    }
    return try tensor(elements, shape: [places.count, width])
  }
}

extension TorchTensor {
  /// Returns the elements in the form in which files store them.
  func weights() throws -> WeightTensor {
    let shape = self.shape
    guard let tensor = WeightTensor(shape: shape, try elements()) else {
      throw TrainingError.badWeights("a tensor", because: "its shape \(shape) does not match its elements")
    }
    return tensor
  }
}
