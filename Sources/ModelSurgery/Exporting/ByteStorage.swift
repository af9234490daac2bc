/// How the layers of a network are stored in bytes: the grid of the weights, and between which numbers results lie.
struct ByteStorage: Sendable {
  let grid: WeightGrid
  let ranges: [String: ActivationRanges.Range]

  /// How a layer's result is stored.
  ///
  /// - Throws: ``ExportError/missingRange(layer:)`` or ``ExportError/badRange(layer:lower:upper:)``.
  func encoding(of layer: String) throws(ExportError) -> ElementEncoding {
    guard let range = ranges[layer] else { throw .missingRange(layer: layer) }
    guard let found = ActivationGrid(lower: range.lower, upper: range.upper), Self.scales.contains(found.scale) else {
      throw .badRange(layer: layer, lower: range.lower, upper: range.upper)
    }
    return found.encoding(grid.byteType)
  }

  /// How the result of a layer without weights is stored.
  ///
  /// - Throws: Also ``ExportError/badLayer(_:because:)`` where what it reads has steps out of all proportion to its own:
  ///   runtimes cannot compute such a sum.
  func encoding(of layer: String, from inputs: [ElementEncoding]) throws(ExportError) -> ElementEncoding {
    let encoding = try encoding(of: layer)
    for input in inputs where !(input.unit / encoding.unit < 0x1p13) {
      throw .badLayer(layer, because: "its range is next to nothing beside those of its inputs")
    }
    return encoding
  }

  /// Scales that runtimes can compute with, far beyond what any network has.
  static let scales: ClosedRange<Float> = 1e-30...1e30
}
