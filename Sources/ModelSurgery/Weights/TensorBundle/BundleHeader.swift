import TFLite

/// What the index of a tensor bundle begins with: TensorFlow's `BundleHeaderProto`.
struct BundleHeader {
  /// How many files hold the data.
  private(set) var shardCount = 0
  /// In what order the bytes of a number lie.
  private(set) var isLittleEndian = true

  /// Reads the message, or nil where it is none, or its number of shards makes no sense.
  init?(_ message: Bytes) {
    var read = self
    let isWhole = ProtobufFields.read(message) { field, value in
      switch field {
      case 1: read.shardCount = value.integer ?? -1
      case 2: read.isLittleEndian = value.integer == 0
      default: break
      }
    }
    guard isWhole, (1...Self.mostShards).contains(read.shardCount) else { return nil }
    self = read
  }

  private static let mostShards = 99_999
}
