import ModelSurgery
import Torch

extension Network {
  /// Gives the head a beginning that knows the classes, where the base does not begin with random weights.
  ///
  /// With the embeddings e and the direction m of their mean, the projection loses what all pictures have in common:
  /// P (I − m mᵀ), where a P with as many rows as columns is I before. The rows are imprinted: a class's is the sum of its
  /// directions x. So a trained row and one that is imprinted later beside it mean the same, and neither outdoes the other.
  ///
  /// - Parameters:
  ///   - embeddings: Of some pictures of the classes, `[N, D]`.
  ///   - labels: Their classes; the row of a class without a picture stays random.
  func beginHead(with embeddings: TorchTensor, labels: [Int]) throws {
    try torch.withoutGradients {
      if let outputs = head.projection {
        var mean = [Float](repeating: 0, count: base.outputs)
        for row in try embeddings.elements().rows(of: mean.count) {
          for (place, element) in row.enumerated() { mean[place] += element }
        }
        let direction = try torch.tensor(mean, shape: [1, mean.count]).normalized()
        let projection = try tensor(Self.projectionName)
        let begun = outputs == mean.count ? try torch.identity(outputs) : projection
        let common = try begun.linear(direction)
        try projection.assign(begun.subtracting(common.multiplied(by: direction)))
      }
      let rows = try tensor(Self.rowsName)
      let dimension = rows.shape.last ?? 0
      var elements = try rows.elements()
      var isKnown = Set<Int>()
      let directions = try direction(of: embeddings, .evaluation(nil)).elements().rows(of: dimension)
      for (row, label) in zip(directions, labels) {
        let start = label * dimension
        if isKnown.insert(label).inserted {
          for place in start..<start + dimension { elements[place] = 0 }
        }
        for (place, element) in row.enumerated() { elements[start + place] += element }
      }
      try rows.assign(torch.tensor(elements, shape: rows.shape).normalized())
    }
  }
}

extension Torch {
  /// The identity of so many rows and columns.
  fileprivate func identity(_ count: Int) throws -> TorchTensor {
    var elements = [Float](repeating: 0, count: count * count)
    for place in 0..<count { elements[place * (count + 1)] = 1 }
    return try tensor(elements, shape: [count, count])
  }
}
