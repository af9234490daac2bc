/// What sound in a tensor is like.
public struct AudioProperties: Sendable, Hashable {
  /// Samples a second.
  public var sampleRate: UInt32
  /// How many channels there are.
  public var channels: UInt32

  /// Sound of a rate and a number of channels.
  public init(sampleRate: UInt32, channels: UInt32) {
    self.sampleRate = sampleRate
    self.channels = channels
  }
}
