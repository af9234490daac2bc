import TFLite

extension Model {
  /// Checks what the runtime takes on trust: that constants have the size which their shapes promise, and that the
  /// memory which running the model takes is in proportion to a picture model.
  ///
  /// - Throws: ``SurgeryError/badConstant(tensor:expected:found:)`` or ``SurgeryError/tooLarge(tensor:shape:)``.
  /// - Complexity: O(tensors); no weights are read.
  public func checkRunnable() throws(SurgeryError) {
    for graph in subgraphs {
      var working = 0
      for (index, tensor) in graph.tensors.enumerated() {
        let label = graph.label(of: Int32(clamping: index))
        // Packed forms carry their own sizes.
        guard tensor.sparsity == nil, tensor.type != .string else { continue }
        if let data = constant(tensor) {
          guard let size = tensor.byteCount else {
            throw .badConstant(tensor: label, expected: nil, found: data.count)
          }
          guard size == data.count else { throw .badConstant(tensor: label, expected: size, found: data.count) }
        } else {
          // -1 in a shape is a dimension that is known only when the model runs.
          let size = tensor.shape.contains(-1) ? 0 : tensor.byteCount ?? Int.max
          let (sum, overflow) = working.addingReportingOverflow(size)
          guard !overflow, sum <= Self.largestWorkingMemory else { throw .tooLarge(tensor: label, shape: tensor.shape) }
          working = sum
        }
      }
    }
  }

  /// Bytes that all activations together may take: two hundred times those of MobileNet v1 at 224 pixels, in float.
  private static let largestWorkingMemory = 1 << 33
}
