/// The rows of a picture that is never whole in memory: only a window of them is, and it moves down.
struct StreamedRows<Producer: RowProducer>: RowSource {
  private var producer: Producer
  private let ring: RowRing
  private var next = 0

  // Rows are made a few at a time, since a decoder is asked less often then.
  private static var batch: Int { 16 }

  /// - Parameter window: The most rows that are needed at once.
  init(_ producer: Producer, window: Int, memory: Memory) {
    self.producer = producer
    ring = RowRing(
      width: producer.size.width, capacity: min(window + Self.batch, producer.size.height), memory: memory)
  }

  var size: Size { producer.size }

  mutating func prepare(_ window: Range<Int>) throws(PictureError) {
    guard window.upperBound > next else { return }
    let first = max(next, window.lowerBound)
    next = min(producer.size.height, max(window.upperBound, first + Self.batch))
    try producer.produce(first..<next, into: ring)
  }

  /// Makes all rows, to be used again and again: the window must be as high as the picture.
  mutating func prepareAll() throws(PictureError) {
    while next < size.height { try prepare(next..<next + 1) }
  }

  func row(_ y: Int) -> UnsafeRawPointer { UnsafeRawPointer(ring.row(y)) }
}
