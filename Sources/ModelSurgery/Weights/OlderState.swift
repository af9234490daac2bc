import TFLite

/// A PyTorch state file from before 1.6: five pickles (a magic number, the protocol, facts on the machine, the state,
/// the storages' keys), then each storage's number of elements and the elements.
enum OlderState {
  /// The pickle of the magic number, 0x1950A86A20F9469CFC6C.
  static let start: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  /// The tensors, in the order of the state.
  static func read(_ bytes: Bytes) throws(WeightsError) -> [(name: String, tensor: StoredTensor)] {
    var unpickler = Unpickler(bytes, at: start.count)
    guard case .integer(1001) = try unpickler.value() else {
      throw .notWeights(because: "it follows a protocol of PyTorch other than 1001")
    }
    let facts = try unpickler.value()
    for case (.text("little_endian"), .flag(false)) in unpickler.entries(of: facts) ?? [] {
      throw .notWeights(because: "it was written by a big-endian machine")
    }
    let root = try unpickler.value()
    let state = try PickledState(root, of: unpickler)
    let keys = try unpickler.value()
    guard let items = unpickler.items(of: keys) else {
      throw .damaged(place: "the list of storages", because: "it is \(keys.kind)")
    }
    let storages = try state.storages()
    var data: [String: Bytes] = [:]
    var cursor = ByteCursor(bytes, at: unpickler.cursor.position)
    for item in items {
      guard case .text(let key) = item, let storage = storages[key] else {
        throw .damaged(place: "the list of storages", because: "it names one that no tensor has")
      }
      guard let count = cursor.next(Int64.self), count == Int64(storage.count) else {
        throw .damaged(place: "the storage \(key)", because: "its size is not the one that the state says")
      }
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.element.byteCount)
      guard !overflow, let contents = cursor.take(size) else {
        throw .damaged(place: "the storage \(key)", because: "the file ends before it does; it was cut off")
      }
      data[key] = contents
    }
    return try state.stored(data)
  }
}
