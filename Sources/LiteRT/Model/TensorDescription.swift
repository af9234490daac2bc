import CLiteRT

/// The type and shape of a compiled model's input or output.
public struct TensorDescription: Sendable, Hashable {
  /// The type of its elements.
  public let type: ElementType
  /// Its dimensions, outermost first.
  public let shape: [Int]
  /// Bytes that it takes, packed.
  public let byteCount: Int

  init(_ ranked: LiteRtRankedTensorType) throws(LiteRTError) {
    guard let type = ElementType(ranked.element_type) else {
      throw .unsupportedTensor("its element type is number \(ranked.element_type.rawValue)")
    }
    guard ranked.layout.rank <= kLiteRtTensorMaxRank else {
      throw .unsupportedTensor("it has \(ranked.layout.rank) dimensions")
    }
    let dimensions = ranked.layout.sizes
    var byteCount = type.byteCount
    for dimension in dimensions {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
      guard dimension > 0, !overflow, product <= Self.largest else {
        throw .unsupportedTensor("its shape is \(dimensions)")
      }
      byteCount = product
    }
    self.type = type
    self.shape = dimensions
    self.byteCount = byteCount
  }

  // More than any input or output of an image model; a claim beyond it is a broken file.
  private static let largest = 1 << 31
}

extension LiteRtLayout {
  /// The dimensions, outermost first; of more than eight the first eight.
  var sizes: [Int] {
    withUnsafeBytes(of: dimensions) { $0.bindMemory(to: Int32.self).prefix(Int(rank)).map(Int.init) }
  }
}
