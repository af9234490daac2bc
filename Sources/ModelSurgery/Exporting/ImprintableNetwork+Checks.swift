import TFLite

extension ImprintableNetwork {
  /// The rows, each divided by its length.
  ///
  /// - Throws: ``ExportError/badNetwork(because:)`` where the parts do not fit each other or hold no sound numbers, and
  ///   ``ConversionError`` where the weights are not the architecture's.
  func checkedRows() throws -> [Float] {
    let layers = architecture.base.layers
    guard case .mean? = layers.last, Self.arePictureLayers(layers.dropLast()) else {
      throw ExportError.badNetwork(because: "\(architecture.name) has no mean over the picture behind its convolutions")
    }
    guard PixelScale(mean: architecture.mean, deviation: architecture.deviation).isStorable,
      ByteStorage.scales.contains(1 / architecture.deviation)
    else {
      throw ExportError.badNetwork(
        because: "(byte − \(architecture.mean)) / \(architecture.deviation) is not what becomes of a picture's bytes")
    }
    try architecture.base.check(base)
    let dimension = try checkedDimension()
    guard rows.shape.count == 2, rows.shape[0] > 0, rows.shape[1] == dimension else {
      throw ExportError.badNetwork(
        because: "the classes' rows have the shape \(rows.shape), where [classes, \(dimension)] is needed")
    }
    guard (1e-6...1e6).contains(scale) else {
      throw ExportError.badNetwork(because: "the scale factor is \(scale), which is no factor of cosines")
    }
    guard labels.isEmpty || labels.count == rows.shape[0] else {
      throw ExportError.badNetwork(because: "there are \(labels.count) labels for \(rows.shape[0]) classes")
    }
    if let wrong = labels.first(where: { $0.contains(where: \.isNewline) }) {
      throw ExportError.badNetwork(because: "the label \"\(wrong)\" holds a line break")
    }
    return try normalizedRows(dimension)
  }

  private static func arePictureLayers(_ layers: some Sequence<Architecture.Layer>) -> Bool {
    layers.allSatisfy { layer in
      switch layer {
      case .convolution, .depthwise: true
      case .residual(_, let inner): arePictureLayers(inner)
      case .mean, .fullyConnected, .softmax: false
      }
    }
  }

  /// D', or D where there is no projection.
  private func checkedDimension() throws(ExportError) -> Int {
    let inputs = architecture.base.outputs
    guard let projection else { return inputs }
    guard projection.shape.count == 2, projection.shape[0] > 0, projection.shape[1] == inputs else {
      throw .badNetwork(
        because: "the projection has the shape \(projection.shape), where [outputs, \(inputs)] is needed")
    }
    guard projection.elements.allSatisfy(\.isFinite) else {
      throw .badNetwork(because: "the projection holds a number that is infinite or none (NaN)")
    }
    return projection.shape[0]
  }

  private func normalizedRows(_ dimension: Int) throws(ExportError) -> [Float] {
    var normalized = rows.elements
    for row in 0..<rows.shape[0] {
      let places = row * dimension..<(row + 1) * dimension
      let length = normalized[places].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      guard length.isFinite, length > 0 else {
        throw .badNetwork(because: "the row of the class \(row) has the length \(length)")
      }
      for place in places { normalized[place] = Float(Double(normalized[place]) / length) }
    }
    return normalized
  }
}
