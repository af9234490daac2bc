/// Pictures and their labels, as many as a network is shown at once.
public struct Batch: Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The batch's number in the epoch, from 0.
  public let number: Int
  /// Pixels along a picture's side.
  public let side: Int
  /// The pictures' classes.
  public let labels: [Int32]
  /// The pictures' places among the data's examples.
  public let indices: [Int32]

  private let memory: BatchMemory

  init(epoch: Int, number: Int, side: Int, labels: [Int32], indices: [Int32], memory: BatchMemory) {
    self.epoch = epoch
    self.number = number
    self.side = side
    self.labels = labels
    self.indices = indices
    self.memory = memory
  }

  /// How many pictures there are.
  public var count: Int { indices.count }

  /// The pictures' RGB bytes in the order `[count][side][side][3]`, copied.
  public var pixels: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Calls `body` with the bytes of ``pixels`` in place, which stay valid during the call only.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(memory) { () throws(Failure) in try body(UnsafeRawBufferPointer(memory.bytes)) }
  }
}
