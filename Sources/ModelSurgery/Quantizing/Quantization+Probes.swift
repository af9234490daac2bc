import TFLite

extension Quantization {
  /// A float model whose one output holds several tensors of the source, one behind the other.
  public struct Probe: Sendable {
    /// The model; its output has the shape `[1, N]`.
    public let model: Model
    /// The tensors that it gives, and where their numbers lie in its output.
    public let parts: [(activation: Activation, range: Range<Int>)]
  }

  /// Models that give all ``activations``.
  ///
  /// - Parameter limit: How many numbers one of them may give, so that memory stays within bounds; a single larger tensor
  ///   has a model of its own.
  /// - Throws: ``SurgeryError``.
  public func probes(limit: Int = 1 << 23) throws(SurgeryError) -> [Probe] {
    var groups: [[Activation]] = []
    var size = 0
    for activation in activations {
      if groups.isEmpty || size + activation.count > limit {
        groups.append([])
        size = 0
      }
      groups[groups.count - 1].append(activation)
      size += activation.count
    }
    var probes: [Probe] = []
    for group in groups {
      var builder = GraphBuilder(extending: source, prefix: "Probe/")
      var vectors: [GraphTensor] = []
      var parts: [(activation: Activation, range: Range<Int>)] = []
      var start = 0
      for activation in group {
        let name = String(vectors.count)
        vectors.append(
          try builder.reshape(
            builder.tensor(activation.tensor), to: [1, Int32(clamping: activation.count)], name: name,
            shapeName: name + "/shape"))
        parts.append((activation, start..<start + activation.count))
        start += activation.count
      }
      let all = vectors.count == 1 ? vectors[0] : try builder.concatenate(vectors, axis: 1, name: "all")
      probes.append(Probe(model: builder.finish(with: all).cut(at: all.index), parts: parts))
    }
    return probes
  }
}
