import TFLite

extension NamedWeights {
  /// The weights as a safetensors file, in pieces that are to be written one behind the other.
  ///
  /// ```swift
  /// try AtomicFile(url).write(weights.safetensors(metadata: ["epoch": "12"]))
  /// ```
  ///
  /// The tensors are 32-bit floats in the order of ``names``; the header's keys are sorted, so that the same weights give
  /// the same bytes. The data begins at a multiple of 8 bytes. Nothing of a tensor is copied.
  ///
  /// - Parameter metadata: What the file says beside its tensors, and ``metadata`` has when it is read again.
  /// - Throws: ``WeightsError/badTensor(_:because:)`` where a tensor has the name that the layout keeps for the metadata.
  /// - Complexity: O(the number of tensors).
  public func safetensors(metadata: [String: String]) throws(WeightsError) -> [Bytes] {
    guard self[Safetensors.metadataKey] == nil else {
      throw .badTensor(Safetensors.metadataKey, because: "the layout keeps this name for itself")
    }
    let tensors = names.compactMap { name in self[name].map { (name: name, tensor: $0) } }
    return [Safetensors.header(of: tensors, metadata: metadata)] + tensors.map(\.tensor.data)
  }
}

extension Safetensors {
  /// The header with its length before it, filled up with spaces.
  fileprivate static func header(
    of tensors: [(name: String, tensor: WeightTensor)], metadata: [String: String]
  ) -> Bytes {
    var entries: [String: String] = [:]
    if !metadata.isEmpty { entries[metadataKey] = object(metadata.mapValues(quoted)) }
    var start = 0
    for (name, tensor) in tensors {
      let end = start + tensor.data.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      entries[name] = #"{"dtype":"F32","shape":[\#(shape)],"data_offsets":[\#(start),\#(end)]}"#
      start = end
    }
    var text = Array(object(entries).utf8)
    text += Array(repeating: UInt8(ascii: " "), count: -text.count & 7)
    return Bytes(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text)
  }

  /// A JSON object of values that are JSON already.
  private static func object(_ values: [String: String]) -> String {
    "{" + values.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\($0.value)" }.joined(separator: ",") + "}"
  }

  /// A text as JSON has it.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
