import Heads
import ModelSurgery
import Torch

/// The weights at the start of training.
enum InitialWeights {
  /// Returns the weights of a base and its head: the pretrained weight if it is given, else a random one.
  ///
  /// Kernels are normally distributed with the variance 2 / the number of inputs: He et al. (2015). Rows and projections
  /// have the variance 1 / the number of inputs; normalisation starts as the identity.
  ///
  /// - Parameters:
  ///   - pretrained: Weights by the network's names, or nil for random weights only.
  ///   - seed: The seed of the random numbers.
  static func make(
    base: Architecture, head: HeadSettings, classes: Int, pretrained: NamedWeights?, seed: UInt64
  ) throws -> NamedWeights {
    let weights = try Network.shapes(base: base, head: head, classes: classes).enumerated().map { place, weight in
      let (name, shape) = weight
      if let known = pretrained?[name], known.shape == shape { return (name, known) }
      guard
        let tensor = WeightTensor(
          shape: shape, elements(name, shape, scale: head.scale, seed: seed &+ UInt64(place) &* 0x9E37_79B9))
      else { throw TrainingError.badWeights(name, because: "its shape \(shape) is invalid") }
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
    return SplitMix64.normalNumbers(count, deviation: deviation, seed: seed)
  }
}

extension Network {
  /// Initialises the head from embeddings of a pretrained base.
  ///
  /// With the direction m of the embeddings' mean, the projection becomes P (I − m mᵀ), which removes the common direction
  /// of all pictures; a square P starts as I. The rows are imprinted: each is the sum of its class's normalised embeddings x.
  /// Trained rows and rows that are imprinted later are then comparable.
  ///
  /// - Parameters:
  ///   - embeddings: Embeddings `[N, D]` of some pictures of each class.
  ///   - labels: Their classes; the row of a class without pictures stays random.
  func initializeHead(with embeddings: TorchTensor, labels: [Int]) throws {
    try torch.withoutGradients {
      if let outputs = head.projection {
        var mean = [Float](repeating: 0, count: base.outputs)
        for row in try embeddings.elements().rows(of: mean.count) {
          for (place, element) in row.enumerated() { mean[place] += element }
        }
        let direction = try torch.tensor(mean, shape: [1, mean.count]).normalized()
        let projection = try tensor(Self.projectionName)
        let initial = outputs == mean.count ? try torch.identity(outputs) : projection
        let common = try initial.linear(direction)
        try projection.assign(initial.subtracting(common.multiplied(by: direction)))
      }
      let rows = try tensor(Self.rowsName)
      let dimension = rows.shape.last ?? 0
      var elements = try rows.elements()
      var imprinted = Set<Int>()
      let directions = try direction(of: embeddings, .evaluation(nil)).elements().rows(of: dimension)
      for (row, label) in zip(directions, labels) {
        let start = label * dimension
        if imprinted.insert(label).inserted {
          for place in start..<start + dimension { elements[place] = 0 }
        }
        for (place, element) in row.enumerated() { elements[start + place] += element }
      }
      try rows.assign(torch.tensor(elements, shape: rows.shape).normalized())
    }
  }
}

extension Torch {
  /// Returns the identity matrix.
  fileprivate func identity(_ count: Int) throws -> TorchTensor {
    var elements = [Float](repeating: 0, count: count * count)
    for place in 0..<count { elements[place * (count + 1)] = 1 }
    return try tensor(elements, shape: [count, count])
  }
}
