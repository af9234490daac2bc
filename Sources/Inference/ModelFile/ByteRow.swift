import Heads

/// Numbers as signed bytes with one scale: value = scale · byte.
struct ByteRow {
  let scale: Float
  let steps: [Int8]

  /// The nearest to some numbers, which must be finite. Rounding twice changes nothing.
  init(_ values: some Sequence<Float>) {
    let greatest = values.reduce(0) { max($0, abs($1)) }
    let scale = greatest / 127
    self.scale = scale
    steps = values.map { scale > 0 ? Int8(min(max(($0 / scale).rounded(), -127), 127)) : 0 }
  }

  /// The numbers that the bytes stand for.
  var values: [Float] { steps.map { scale * Float($0) } }
}
