import TFLite

extension QuantizationDetails {
  /// The tensors that hold scales and zero points.
  var tensors: [Int32] {
    switch self {
    case .blockwise(let blockwise): [blockwise.scales, blockwise.zeroPoints].filter { $0 >= 0 }
    case .multiAxis(let multiAxis): [multiAxis.scales, multiAxis.zeroPoints].filter { $0 >= 0 }
    case .custom, .empty, .unknown: []
    }
  }

  /// Gives those tensors other numbers.
  mutating func renumber(_ number: (Int32) -> Int32) {
    switch self {
    case .blockwise(var blockwise):
      blockwise.scales = number(blockwise.scales)
      blockwise.zeroPoints = number(blockwise.zeroPoints)
      self = .blockwise(blockwise)
    case .multiAxis(var multiAxis):
      multiAxis.scales = number(multiAxis.scales)
      multiAxis.zeroPoints = number(multiAxis.zeroPoints)
      self = .multiAxis(multiAxis)
    case .custom, .empty, .unknown: break
    }
  }
}
