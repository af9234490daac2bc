import TFLite

/// A PyTorch state file since 1.6: a zip with the pickle `NAME/data.pkl` and a file `NAME/data/KEY` for each storage.
enum ZippedState {
  /// The tensors, in the order of the state.
  static func read(_ bytes: Bytes) throws(WeightsError) -> [(name: String, tensor: StoredTensor)] {
    let directory = try ZipDirectory(bytes)
    let pickles = directory.entries.filter { $0.key == "data.pkl" || $0.key.hasSuffix("/data.pkl") }
    guard let (path, pickle) = pickles.first, pickles.count == 1 else {
      throw .notWeights(because: "it is a zip with \(pickles.count) files data.pkl, where one is needed")
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
