import ModelSurgery

extension Checkpoint {
  /// The base, for pictures of the size that it was trained with.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``.
  public func base() throws -> Architecture { try settings.base() }

  /// Whether all weights are numbers, and none is infinite.
  var isFinite: Bool {
    weights.names.allSatisfy { name in weights[name]?.elements.allSatisfy(\.isFinite) ?? true }
  }

  /// - Throws: ``TrainingError/infiniteWeights``.
  func checkFinite() throws(TrainingError) {
    guard isFinite else { throw .infiniteWeights }
  }

  /// The trained network, to be written as a model.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``, ``TrainingError/badWeights(_:because:)``.
  public func network() throws -> ImprintableNetwork {
    let base = try base().base
    let weights = bestWeights
    guard let rows = weights[Network.rowsName], let scale = weights[Network.scaleName]?.elements.first else {
      throw TrainingError.badWeights(Network.rowsName, because: "it is missing")
    }
    let names = base.weights.map(\.name)
    return ImprintableNetwork(
      architecture: base, base: NamedWeights(names.compactMap { name in weights[name].map { (name, $0) } }),
      projection: weights[Network.projectionName], rows: rows, scale: scale, labels: labels)
  }
}

extension TrainingSettings {
  /// The base, for pictures of the size that is asked for.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``.
  func base() throws -> Architecture {
    guard let found = Architecture(name: architecture) else {
      throw TrainingError.unknownArchitecture(architecture, known: Architecture.known.map(\.name))
    }
    return found.with(side: Int32(clamping: side)).base
  }
}
