/// Makes rows as another producer does, and tells how long that takes.
struct TimedRows<Base: RowProducer>: RowProducer {
  private var base: Base
  private let spent: (Duration) -> Void

  init(_ base: Base, spent: @escaping (Duration) -> Void) {
    self.base = base
    self.spent = spent
  }

  var size: Size { base.size }

  mutating func produce(_ rows: Range<Int>, into ring: RowRing) throws(PictureError) {
    let start = ContinuousClock.now
    defer { spent(ContinuousClock.now - start) }
    try base.produce(rows, into: ring)
  }
}
