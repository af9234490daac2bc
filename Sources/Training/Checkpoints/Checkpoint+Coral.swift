public import ModelSurgery

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Checkpoint {
  /// Reads a checkpoint of a run, or a TensorFlow checkpoint of Coral's `mobilenet_v1_l2norm_train.py`.
  ///
  /// - Parameters:
  ///   - url: The file of a run's checkpoint; the prefix of a TensorFlow checkpoint, or one of its files; or the folder of
  ///     either, in which the best checkpoint of the run is read, or the last one of TensorFlow.
  ///   - side: The width and height of the pictures, which TensorFlow's checkpoints do not state; by default those of the
  ///     network.
  ///   - labels: The names of the classes of a TensorFlow checkpoint, or none.
  /// - Throws: The errors of ``init(contentsOf:)``, ``CoralCheckpoint`` and `WeightsError`.
  public init(at url: URL, side: Int? = nil, labels: [String] = []) throws {
    let file = Self.file(at: url)
    do {
      try self.init(contentsOf: file)
      if let side { settings.side = side }
      try settings.check()
    } catch let error as TrainingError where error.code == .badCheckpoint {
      guard let weights = try? NamedWeights(contentsOf: file), CoralCheckpoint.isSlim(weights) else { throw error }
      try self.init(CoralCheckpoint(weights, labels: labels), side: side)
    }
  }

  /// Creates the checkpoint of a finished training by Coral's script.
  ///
  /// - Throws: ``TrainingError/badSetting(_:because:)`` for an invalid side.
  public init(_ coral: CoralCheckpoint, side: Int? = nil) throws {
    let network = coral.network
    var head = HeadSettings(projection: network.projection?.shape.first, scale: network.scale)
    head.hasProjectionBiases = network.projectionBiases != nil
    let settings = TrainingSettings(
      architecture: network.architecture.name, side: side ?? Int(network.architecture.side), head: head, epochs: 1,
      fakeQuantization: coral.ranges.isEmpty
        ? nil : FakeQuantizationSettings(grid: .uint8PerTensor, delay: 0, freeze: 0))
    try settings.check()
    let classes = network.rows.shape.first ?? 0
    var weights = network.base.names.compactMap { name in network.base[name].map { (name: name, tensor: $0) } }
    if let projection = network.projection { weights.append((Network.projectionName, projection)) }
    if let biases = network.projectionBiases { weights.append((Network.projectionBiasesName, biases)) }
    weights.append((Network.rowsName, network.rows))
    if let scale = WeightTensor(shape: [1], [network.scale]) { weights.append((Network.scaleName, scale)) }
    self.init(
      settings: settings, labels: network.labels.isEmpty ? (0..<classes).map(String.init) : network.labels,
      pictures: "", position: TrainingPosition(), history: [], weights: NamedWeights(weights), averages: nil,
      velocities: NamedWeights([]), squares: NamedWeights([]), ranges: coral.ranges)
  }

  /// Returns the checkpoint with another grid for its weights.
  ///
  /// - Parameter path: The checkpoint's path, for the error.
  /// - Throws: ``TrainingError/notQuantized(path:)`` if it has no ranges of fake quantisation.
  public func quantized(on grid: WeightGrid, path: String) throws(TrainingError) -> Checkpoint {
    guard !ranges.isEmpty else { throw .notQuantized(path: path) }
    var checkpoint = self
    checkpoint.settings.fakeQuantization = FakeQuantizationSettings(grid: grid, delay: 0, freeze: 0)
    return checkpoint
  }

  /// Returns the checkpoint in a folder: the best one of a run, or the one that TensorFlow's file `checkpoint` names. For
  /// the graph beside a TensorFlow checkpoint it returns the checkpoint; any other path is not changed.
  private static func file(at url: URL) -> URL {
    if url.pathExtension == "meta" { return url.deletingPathExtension() }
    var isFolder = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder else { return url }
    let best = url.appending(path: "best.safetensors")
    guard !FileManager.default.fileExists(atPath: best.path),
      let data = try? Data(contentsOf: url.appending(path: "checkpoint")),
      let name = String(decoding: data, as: UTF8.self)
        .firstMatch(of: /(?m)^model_checkpoint_path: "([^"]+)"/)?.1.split(separator: "/").last
    else { return best }
    return url.appending(path: String(name))
  }
}
