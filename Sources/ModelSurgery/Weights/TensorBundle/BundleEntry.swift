import TFLite

/// Where a tensor of a bundle lies: TensorFlow's `BundleEntryProto`.
struct BundleEntry {
  /// What the elements are, or nil of texts, flags and other numbers than weights are stored in.
  private(set) var element: WeightElement?
  private(set) var shape: [Int] = []
  /// The file with the data, by number.
  private(set) var shard = 0
  /// Where in the file the data lies: the first byte, and how many there are.
  private(set) var offset = 0
  private(set) var size = 0
  /// The masked checksum of the data.
  private(set) var checksum: UInt32 = 0
  /// Whether the data lies under other names, a part of the tensor each.
  private(set) var isSliced = false

  /// Reads the message, or nil where it is none, or a number of it makes no sense.
  init?(_ message: Bytes) {
    var read = self
    var isSound = true
    let isWhole = ProtobufFields.read(message) { field, value in
      switch (field, value) {
      case (1, .number(let kind)): read.element = Self.elements[kind]
      case (2, .bytes(let shape)): isSound = isSound && read.readShape(shape)
      case (3, _): read.shard = value.integer ?? -1
      case (4, _): read.offset = value.integer ?? -1
      case (5, _): read.size = value.integer ?? -1
      case (6, .fixed32(let checksum)): read.checksum = checksum
      case (7, _): read.isSliced = true
      default: break
      }
    }
    guard isWhole, isSound, read.offset >= 0, read.size >= 0 else { return nil }
    self = read
  }

  /// The tensor in the file that holds it, whose checksum is checked.
  ///
  /// - Throws: ``WeightsError/badTensor(_:because:)``.
  /// - Complexity: O(the number of bytes).
  func tensor(
    _ element: WeightElement, named name: String, in shard: Bytes
  ) throws(WeightsError) -> StoredTensor {
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow, end <= shard.count, let data = shard.slice(offset..<end) else {
      throw .badTensor(
        name, because: "its \(size) bytes from byte \(offset) go beyond the \(shard.count) bytes of the data file")
    }
    guard let tensor = StoredTensor(element: element, dense: data, shape: shape) else {
      throw .badTensor(name, because: "its shape \(shape) does not fit its \(size) bytes")
    }
    guard CRC32C(of: data).masked == checksum else {
      throw .badTensor(name, because: "its checksum is another one; the data file is damaged, or of another checkpoint")
    }
    return tensor
  }

  /// Reads the message of a shape, in which each dimension is a message of its own; whether it is one.
  private mutating func readShape(_ message: Bytes) -> Bool {
    var shape: [Int] = []
    var isSound = true
    let isWhole = ProtobufFields.read(message) { field, value in
      guard field == 2, case .bytes(let dimension) = value else {
        // The third field says that the number of dimensions is not known.
        isSound = isSound && field != 3
        return
      }
      var size = 0
      let isDimension = ProtobufFields.read(dimension) { field, value in
        if field == 1 { size = value.integer ?? -1 }
      }
      isSound = isSound && isDimension && size >= 0
      shape.append(size)
    }
    self.shape = shape
    return isWhole && isSound
  }

  private static let elements: [UInt64: WeightElement] = [
    1: .float32, 2: .float64, 9: .int64, 14: .bfloat16, 19: .float16,
  ]
}
