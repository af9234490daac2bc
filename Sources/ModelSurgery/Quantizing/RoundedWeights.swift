/// A layer's weights in whole numbers on a ``WeightGrid``: each is rounded to the nearest step, and nothing else.
///
/// q = clamp(round(w / scale) + zeroPoint, the grid's bounds), halves to even, with the scale of the weight's output. It is
/// what training's fake quantisation does, so that a trained network answers in bytes as it did in training.
public struct RoundedWeights: Sendable, Hashable {
  /// q, in the order of the weights: bytes of uint8, or of int8 as their bit patterns.
  public let bytes: [UInt8]
  /// One scale, or one an output.
  public let scales: [Float]
  /// One for all.
  public let zeroPoint: Int
  private let bounds: ClosedRange<Int>
  private let isDepthwise: Bool

  /// Rounds weights.
  ///
  /// - Parameters:
  ///   - weights: All finite: `[outputs, rows, columns, inputs]`, or of a depthwise layer `[1, rows, columns, outputs]`.
  ///   - outputs: How many outputs have a scale each, on a grid by channel; 1 for one scale in all.
  ///   - isDepthwise: Whether the outputs are the last dimension and not the first.
  ///   - grid: The grid.
  ///   - room: Numbers that the grid has to reach beside the weights.
  public init(
    _ weights: [Float], outputs: Int, isDepthwise: Bool = false, on grid: WeightGrid, room: ClosedRange<Float> = 0...0
  ) {
    self.init(weights, outputs: outputs, isDepthwise: isDepthwise, on: grid, room: room, leastScales: [])
  }

  /// - Parameter leastScales: What the scale of each output must not be below; of a grid by channel.
  init(
    _ weights: [Float], outputs: Int, isDepthwise: Bool, on grid: WeightGrid, room: ClosedRange<Float> = 0...0,
    leastScales: [Float]
  ) {
    let count = grid == .int8PerChannel && weights.count.isMultiple(of: max(1, outputs)) ? max(1, outputs) : 1
    let size = weights.count / count
    func output(of place: Int) -> Int { isDepthwise ? place % count : place / max(1, size) }
    var lower = Array(repeating: room.lowerBound, count: count)
    var upper = Array(repeating: room.upperBound, count: count)
    for (place, weight) in weights.enumerated() {
      lower[output(of: place)] = min(lower[output(of: place)], weight)
      upper[output(of: place)] = max(upper[output(of: place)], weight)
    }
    let encodings = zip(lower, upper).map { grid.encoding(lower: $0, upper: $1) }
    var scales = encodings.map(\.scale)
    if leastScales.count == count { scales = zip(scales, leastScales).map { max($0, $1) } }
    let zeroPoint = encodings[0].zeroPoint
    let bounds = grid.bounds
    bytes = weights.enumerated().map { place, weight in
      let step = (weight / scales[output(of: place)]).rounded(.toNearestOrEven) + Float(zeroPoint)
      let whole = Int(min(max(step, Float(bounds.lowerBound)), Float(bounds.upperBound)))
      return UInt8(truncatingIfNeeded: whole)
    }
    self.scales = scales
    self.zeroPoint = zeroPoint
    self.bounds = bounds
    self.isDepthwise = isDepthwise
  }

  /// What the whole numbers stand for: scale · (q − zeroPoint).
  public var values: [Float] {
    let size = max(1, bytes.count / scales.count)
    return bytes.enumerated().map { place, byte in
      let step = bounds.lowerBound < 0 ? Int(Int8(bitPattern: byte)) : Int(byte)
      return scales[isDepthwise ? place % scales.count : place / size] * Float(step - zeroPoint)
    }
  }
}
