import Torch

extension Edges {
  /// TensorFlow's SAME padding of `[N, C, H, W]`: as many results as steps begun, and what is odd below and on the right.
  init(same shape: [Int], window: Int, stride: Int) {
    func total(_ length: Int) -> Int { max(0, ((length + stride - 1) / stride - 1) * stride + window - length) }
    let (rows, columns) = shape.count == 4 ? (total(shape[2]), total(shape[3])) : (0, 0)
    self.init(top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
  }
}
