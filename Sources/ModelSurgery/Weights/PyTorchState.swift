import TFLite

/// The tensors of a state file by name, as its pickle describes them.
struct PickledState {
  let tensors: [(name: String, tensor: PickleTensor)]

  /// Extracts the tensors from a pickle's result: a dictionary of tensors, or one with such a dictionary under the key
  /// `state_dict`.
  ///
  /// - Throws: ``WeightsError/notWeights(because:)`` and ``WeightsError/badTensor(_:because:)``.
  init(_ root: PickleValue, of unpickler: Unpickler) throws(WeightsError) {
    guard var entries = unpickler.entries(of: root) else {
      throw .notWeights(because: "its pickle holds \(root.kind) instead of a dict of tensors")
    }
    for case (.text("state_dict"), let value) in entries {
      if let inner = unpickler.entries(of: value) { entries = inner }
    }
    var tensors: [(name: String, tensor: PickleTensor)] = []
    var names: Set<String> = []
    for (key, value) in entries {
      guard case .text(let name) = key else {
        throw .notWeights(because: "its pickle holds a dict whose keys are not names but \(key.kind)")
      }
      guard case .tensor(let tensor) = value else { throw .badTensor(name, because: "it is \(value.kind)") }
      guard names.insert(name).inserted else { throw .badTensor(name, because: "there are two of that name") }
      tensors.append((name, tensor))
    }
    self.tensors = tensors
  }

  /// Returns the storages of the tensors, each once.
  ///
  /// - Throws: ``WeightsError/badTensor(_:because:)`` if two tensors disagree on the contents of a storage.
  func storages() throws(WeightsError) -> [String: PickleStorage] {
    var storages: [String: PickleStorage] = [:]
    for (name, tensor) in tensors {
      let known = storages.updateValue(tensor.storage, forKey: tensor.storage.key)
      guard known == nil || known == tensor.storage else {
        throw .badTensor(name, because: "another tensor describes its storage \(tensor.storage.key) differently")
      }
    }
    return storages
  }

  /// Returns the tensors with their data.
  ///
  /// - Parameter data: The contents of each storage, whose sizes are checked.
  func stored(_ data: [String: Bytes]) throws(WeightsError) -> [(name: String, tensor: StoredTensor)] {
    var stored: [(name: String, tensor: StoredTensor)] = []
    for (name, tensor) in tensors {
      let storage = tensor.storage
      guard let bytes = data[storage.key] else {
        throw .badTensor(name, because: "its data, the storage \(storage.key), is not in the file")
      }
      guard bytes.count.isMultiple(of: storage.element.byteCount),
        storage.count == bytes.count / storage.element.byteCount
      else {
        throw .badTensor(
          name, because: "its storage \(storage.key) has \(bytes.count) bytes, which are not \(storage.count) elements")
      }
      stored.append(
        (
          name,
          StoredTensor(
            element: storage.element, storage: bytes, offset: tensor.offset, shape: tensor.shape,
            strides: tensor.strides)
        ))
    }
    return stored
  }
}

/// A PyTorch state file since version 1.6: a zip with the pickle `NAME/data.pkl` and a file `NAME/data/KEY` for each
/// storage.
enum ZippedState {
  /// Returns the tensors in the order of the state.
  static func read(_ bytes: Bytes) throws(WeightsError) -> [(name: String, tensor: StoredTensor)] {
    let directory = try ZipDirectory(bytes)
    let pickles = directory.entries.filter { $0.key == "data.pkl" || $0.key.hasSuffix("/data.pkl") }
    guard let (path, pickle) = pickles.first, pickles.count == 1 else {
      throw .notWeights(because: "it is a zip with \(pickles.count) files data.pkl instead of one")
    }
    let folder = String(path.dropLast("data.pkl".count))
    if let order = directory.entries[folder + "byteorder"], order != Bytes(Array("little".utf8)) {
      throw .notWeights(because: "it was written by a big-endian machine")
    }
    var unpickler = Unpickler(pickle)
    let root = try unpickler.value()
    let state = try PickledState(root, of: unpickler)
    var data: [String: Bytes] = [:]
    for key in try state.storages().keys { data[key] = directory.entries[folder + "data/" + key] }
    return try state.stored(data)
  }
}

/// A PyTorch state file from before version 1.6: five pickles (a magic number, the protocol, facts about the machine,
/// the state, the keys of the storages), then the number of elements and the data of each storage.
enum OlderState {
  /// The pickle of the magic number, 0x1950A86A20F9469CFC6C.
  static let start: [UInt8] = [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  /// Returns the tensors in the order of the state.
  static func read(_ bytes: Bytes) throws(WeightsError) -> [(name: String, tensor: StoredTensor)] {
    var unpickler = Unpickler(bytes, at: start.count)
    guard case .integer(1001) = try unpickler.value() else {
      throw .notWeights(because: "its PyTorch protocol is not 1001")
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
        throw .damaged(place: "the list of storages", because: "it names a storage that no tensor uses")
      }
      guard let count = cursor.next(Int64.self), count == Int64(storage.count) else {
        throw .damaged(place: "the storage \(key)", because: "its size differs from the state's")
      }
      let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.element.byteCount)
      guard !overflow, let contents = cursor.take(size) else {
        throw .damaged(place: "the storage \(key)", because: "the file ends within it; it was cut off")
      }
      data[key] = contents
    }
    return try state.stored(data)
  }
}
