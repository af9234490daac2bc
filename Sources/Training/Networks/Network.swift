import ModelSurgery
import TFLite
import Torch

/// A base with its head, as tensors: what is trained.
///
/// The layers are those of an ``Architecture``, from which the written model is built too.
final class Network {
  let base: Architecture
  let head: HeadSettings
  let classes: Int
  let torch: Torch
  let weights: [NetworkWeight]
  private let tensors: [String: TorchTensor]

  /// The names of the head's weights: P, W before its rows are normalised, and s.
  static let projectionName = headPrefix + "projection"
  static let rowsName = headPrefix + "rows"
  static let scaleName = headPrefix + "scale"
  static let headPrefix = "head."

  /// A network with weights.
  ///
  /// - Parameters:
  ///   - base: The base.
  ///   - head: What stands on it.
  ///   - classes: How many classes there are.
  ///   - weights: The weights of both, by the names of ``shapes(base:head:classes:)``.
  ///   - torch: Where it is computed.
  /// - Throws: ``TrainingError/badWeights(_:because:)`` and `TorchError`.
  init(base: Architecture, head: HeadSettings, classes: Int, weights: NamedWeights, torch: Torch) throws {
    self.base = base
    self.head = head
    self.classes = classes
    self.torch = torch
    self.weights = try Self.shapes(base: base, head: head, classes: classes).map { name, shape in
      guard let weight = weights[name] else { throw TrainingError.badWeights(name, because: "it is missing") }
      guard weight.shape == shape else {
        throw TrainingError.badWeights(name, because: "it has the shape \(weight.shape) and not \(shape)")
      }
      return NetworkWeight(
        name: name, role: Self.role(name, shape), isBase: !name.hasPrefix(Self.headPrefix),
        tensor: try torch.tensor(weight))
    }
    tensors = Dictionary(uniqueKeysWithValues: self.weights.map { ($0.name, $0.tensor) })
  }

  /// The names and the shapes of all weights.
  static func shapes(base: Architecture, head: HeadSettings, classes: Int) -> [(name: String, shape: [Int])] {
    let embedding = head.projection ?? base.outputs
    return base.weights + (head.projection.map { [(projectionName, [$0, base.outputs])] } ?? [])
      + [(rowsName, [classes, embedding]), (scaleName, [1])]
  }

  private static func role(_ name: String, _ shape: [Int]) -> NetworkWeight.Role {
    if name.hasSuffix(".running_mean") || name.hasSuffix(".running_var") { return .statistic }
    // Depthwise kernels have too few weights to need it, as slim has found.
    return shape.count == 4 && shape[1] > 1 || name == projectionName ? .kernel : .free
  }

  /// A weight of a name that ``shapes(base:head:classes:)`` has.
  func tensor(_ name: String) throws -> TorchTensor {
    guard let tensor = tensors[name] else { throw TrainingError.badWeights(name, because: "it is missing") }
    return tensor
  }

  /// Which weights follow their gradients.
  ///
  /// - Parameter isBaseFrozen: Whether those of the base do not.
  func trained(isBaseFrozen: Bool) -> [NetworkWeight] {
    weights.filter { $0.role != .statistic && !(isBaseFrozen && $0.isBase) }
  }

  /// The weights as they are now.
  func values() throws -> NamedWeights { try NamedWeights(weights.map { ($0.name, try $0.tensor.weights()) }) }
}
