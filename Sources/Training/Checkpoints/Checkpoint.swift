public import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The state of training after a step: all data needed to resume with bit-identical results, and to export the model.
///
/// The file has the safetensors format, so other tools can read its tensors: the weights as `weights/NAME`, their moving
/// averages, if any, as `average/NAME`, and the optimiser's state as `velocity/NAME` and `square/NAME`. Everything else is
/// in its metadata under `imprint`.
public struct Checkpoint: Sendable {
  /// The settings of the run.
  public var settings: TrainingSettings
  /// The names of the classes.
  public var labels: [String]
  /// The fingerprint of the training pictures.
  public var pictures: String
  /// The position in the run.
  public var position: TrainingPosition
  /// The results of the finished epochs.
  public var history: [EpochResult]
  /// The weights of base and head.
  public var weights: NamedWeights
  /// The moving averages of the trained weights, if the run computes them.
  public var averages: NamedWeights?
  /// The optimiser's state of each trained weight.
  public var velocities, squares: NamedWeights
  /// The activation ranges of the layers, if fake quantisation has begun.
  public var ranges: [String: ActivationRanges.Range]

  /// The version of the format; files of higher versions are refused.
  public static let version = 1

  /// The weights to use: the moving averages if there are any.
  public var bestWeights: NamedWeights {
    guard let averages else { return weights }
    return NamedWeights(weights.names.compactMap { name in (averages[name] ?? weights[name]).map { (name, $0) } })
  }

  /// Writes the file atomically.
  ///
  /// - Throws: `AtomicFileError`, for example if the disk is full; an existing file then does not change.
  /// - Complexity: O(the number of weights).
  public func write(to file: URL) throws {
    let header = Header(
      version: Self.version, settings: settings, labels: labels, pictures: pictures, position: position,
      history: history, ranges: ranges)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(header), as: UTF8.self)
    let tensors =
      Group.weights.stored(weights) + Group.average.stored(averages ?? NamedWeights([]))
      + Group.velocity.stored(velocities) + Group.square.stored(squares)
    try AtomicFile(file).write(NamedWeights(tensors).safetensors(metadata: [Self.key: text]))
  }

  /// Reads a file.
  ///
  /// - Throws: ``TrainingError/badCheckpoint(path:because:)``, ``TrainingError/newerCheckpoint(path:version:)``, and
  ///   `WeightsError.cannotRead` if the file cannot be read.
  public init(contentsOf file: URL) throws {
    let stored: NamedWeights
    do throws(WeightsError) {
      stored = try NamedWeights(contentsOf: file)
    } catch {
      if error.code == .cannotRead { throw error }
      throw TrainingError.badCheckpoint(path: file.path, because: error.message)
    }
    guard let text = stored.metadata[Self.key] else {
      throw TrainingError.badCheckpoint(path: file.path, because: "it contains weights, but no training state")
    }
    let data = Data(text.utf8)
    let decoder = JSONDecoder()
    if let version = try? decoder.decode(Version.self, from: data).version, version > Self.version {
      throw TrainingError.newerCheckpoint(path: file.path, version: version)
    }
    guard let header = try? decoder.decode(Header.self, from: data) else {
      throw TrainingError.badCheckpoint(path: file.path, because: "its training state cannot be read")
    }
    settings = header.settings
    labels = header.labels
    pictures = header.pictures
    position = header.position
    history = header.history
    ranges = header.ranges
    weights = Group.weights.tensors(of: stored)
    let averages = Group.average.tensors(of: stored)
    self.averages = averages.names.isEmpty ? nil : averages
    velocities = Group.velocity.tensors(of: stored)
    squares = Group.square.tensors(of: stored)
  }

  init(
    settings: TrainingSettings, labels: [String], pictures: String, position: TrainingPosition, history: [EpochResult],
    weights: NamedWeights, averages: NamedWeights?, velocities: NamedWeights, squares: NamedWeights,
    ranges: [String: ActivationRanges.Range]
  ) {
    self.settings = settings
    self.labels = labels
    self.pictures = pictures
    self.position = position
    self.history = history
    self.weights = weights
    self.averages = averages
    self.velocities = velocities
    self.squares = squares
    self.ranges = ranges
  }

  private static let key = "imprint"

  private struct Version: Decodable {
    let version: Int
  }

  private struct Header: Codable {
    let version: Int
    let settings: TrainingSettings
    let labels: [String]
    let pictures: String
    let position: TrainingPosition
    let history: [EpochResult]
    let ranges: [String: ActivationRanges.Range]
  }

  /// The groups of tensors in a file.
  private enum Group: String {
    case weights, average, velocity, square

    var prefix: String { rawValue + "/" }

    func stored(_ weights: NamedWeights) -> [(name: String, tensor: WeightTensor)] {
      weights.names.compactMap { name in weights[name].map { (prefix + name, $0) } }
    }

    func tensors(of stored: NamedWeights) -> NamedWeights {
      NamedWeights(
        stored.names.filter { $0.hasPrefix(prefix) }.compactMap { name in
          stored[name].map { (String(name.dropFirst(prefix.count)), $0) }
        })
    }
  }
}

extension Checkpoint {
  /// Returns the base for pictures of the size that it was trained on.
  ///
  /// - Throws: ``TrainingError/unknownArchitecture(_:known:)``.
  public func base() throws -> Architecture { try settings.base() }

  /// Whether no weight is infinite or NaN.
  var isFinite: Bool {
    weights.names.allSatisfy { name in weights[name]?.elements.allSatisfy(\.isFinite) ?? true }
  }

  /// Throws ``TrainingError/infiniteWeights`` if a weight is infinite or NaN.
  func checkFinite() throws(TrainingError) {
    guard isFinite else { throw .infiniteWeights }
  }

  /// Returns the trained network, from which a model can be built.
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
      projection: weights[Network.projectionName], projectionBiases: weights[Network.projectionBiasesName], rows: rows,
      scale: scale, labels: labels)
  }
}

extension PretrainedWeights {
  /// Reads the weights of a ``Checkpoint``, or of any other file that `init(contentsOf:for:)` can read.
  ///
  /// - Throws: The errors of `init(contentsOf:for:)`, and ``TrainingError/newerCheckpoint(path:version:)``.
  public init(of file: URL, for architecture: Architecture) throws {
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(contentsOf: file)
    } catch {
      if let error = error as? TrainingError, error.code == .newerCheckpoint { throw error }
      try self.init(contentsOf: file, for: architecture)
      return
    }
    let weights = checkpoint.bestWeights
    let names = weights.names.filter { !$0.hasPrefix(Network.headPrefix) }
    try self.init(
      NamedWeights(names.compactMap { name in weights[name].map { (name, $0) } }), ranges: checkpoint.ranges,
      for: architecture)
  }
}
