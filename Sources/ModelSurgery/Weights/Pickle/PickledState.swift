import TFLite

/// The tensors of a state file by name, as its pickle describes them.
struct PickledState {
  let tensors: [(name: String, tensor: PickleTensor)]

  /// Takes the tensors out of a pickle's result: a dictionary of tensors, or one that has such a dictionary under the
  /// name `state_dict`.
  ///
  /// - Throws: ``WeightsError/notWeights(because:)`` and ``WeightsError/badTensor(_:because:)``.
  init(_ root: PickleValue, of unpickler: Unpickler) throws(WeightsError) {
    guard var entries = unpickler.entries(of: root) else {
      throw .notWeights(because: "its pickle holds \(root.kind), where a dict of tensors is needed")
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

  /// The storages that the tensors need, each once.
  ///
  /// - Throws: ``WeightsError/badTensor(_:because:)`` where two tensors disagree on what is in a storage.
  func storages() throws(WeightsError) -> [String: PickleStorage] {
    var storages: [String: PickleStorage] = [:]
    for (name, tensor) in tensors {
      let known = storages.updateValue(tensor.storage, forKey: tensor.storage.key)
      guard known == nil || known == tensor.storage else {
        throw .badTensor(name, because: "another tensor finds other data in its storage \(tensor.storage.key)")
      }
    }
    return storages
  }

  /// The tensors with the data that they lie in.
  ///
  /// - Parameter data: The bytes of each storage; checked to be as many as the storage has.
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
