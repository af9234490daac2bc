import ModelSurgery

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension StartingPoint {
  /// Reads weights to begin with: of a checkpoint of this package, or of any file that ``init(contentsOf:for:)`` takes.
  ///
  /// - Throws: What ``init(contentsOf:for:)`` and ``Checkpoint/init(contentsOf:)`` throw.
  public init(of file: URL, for architecture: Architecture) throws {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(contentsOf: file)
    } catch {
      if case TrainingError.newerCheckpoint = error { throw error }
      try self.init(contentsOf: file, for: architecture)
      return
    }
    let weights = checkpoint.bestWeights
    let names = weights.names.filter { !$0.hasPrefix(Network.headPrefix) }
    try self.init(NamedWeights(names.compactMap { name in weights[name].map { (name, $0) } }), for: architecture)
  }
}
