import Heads
import ModelSurgery

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The weights that training begins with.
enum InitialWeights {
  /// Weights of a base and its head: those of a starting point where it has them, else random ones.
  ///
  /// Kernels are normal numbers with the variance 2 / the number of inputs: He et al. (2015). Rows and projections are normal
  /// too; normalisation begins as the identity.
  ///
  /// - Parameters:
  ///   - start: What is known, by the network's names; nil for a network that knows nothing.
  ///   - seed: What the random numbers begin with.
  static func make(
    base: Architecture, head: HeadSettings, classes: Int, start: NamedWeights?, seed: UInt64
  ) throws -> NamedWeights {
    let weights = try Network.shapes(base: base, head: head, classes: classes).enumerated().map { place, weight in
      let (name, shape) = weight
      if let known = start?[name], known.shape == shape { return (name, known) }
      guard
        let tensor = WeightTensor(
          shape: shape, elements(name, shape, scale: head.scale, seed: seed &+ UInt64(place) &* 0x9E37_79B9))
      else { throw TrainingError.badWeights(name, because: "the shape \(shape) cannot be") }
      return (name, tensor)
    }
    return NamedWeights(weights)
  }

  private static func elements(_ name: String, _ shape: [Int], scale: Float, seed: UInt64) -> [Float] {
    let count = shape.reduce(1, *)
    if name == Network.scaleName { return [scale] }
    if shape.count == 1 {
      let isOne = name.hasSuffix(".weight") || name.hasSuffix(".running_var")
      return Array(repeating: isOne ? 1 : 0, count: count)
    }
    let inputs = shape.dropFirst().reduce(1, *)
    let gain = shape.count == 4 ? 2.0 : 1.0
    let deviation = (gain / Double(max(1, inputs))).squareRoot()
    return normal(count, deviation: deviation, seed: seed)
  }

  /// Normal numbers about 0.
  static func normal(_ count: Int, deviation: Double, seed: UInt64) -> [Float] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float(deviation * normal(&random)) }
  }

  /// A normal number, by Box and Muller's transformation.
  private static func normal(_ random: inout SplitMix64) -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &random))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
  }
}
