import ModelSurgery
import Torch

extension Torch {
  /// A tensor of stored weights.
  func tensor(_ weights: WeightTensor) throws(TorchError) -> TorchTensor {
    try tensor(weights.elements, shape: weights.shape)
  }

  /// Some rows of a stored matrix, in the order that is asked for.
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
  /// The elements as they are stored in files.
  func weights() throws -> WeightTensor {
    let shape = self.shape
    guard let tensor = WeightTensor(shape: shape, try elements()) else {
      throw TrainingError.badWeights("a tensor", because: "its shape \(shape) is not that of its elements")
    }
    return tensor
  }
}
