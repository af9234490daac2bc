import TFLite

extension SubGraph {
  /// How a signature names a tensor: by the tensor's own name, or by its number where it has none.
  func signatureMap(of tensor: Int32) -> TensorMap {
    let name = self.tensor(tensor)?.name.flatMap { $0.isEmpty ? nil : $0 }
    return TensorMap(name: name ?? Text("tensor_\(tensor)"), tensorIndex: UInt32(clamping: tensor))
  }
}
