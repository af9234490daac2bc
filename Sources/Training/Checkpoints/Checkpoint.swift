import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Training as it was after a step: all that it takes to go on, bit for bit, and to write the model.
///
/// The file is in the safetensors layout, so that other tools read its weights: `weights/NAME` and, where they are kept,
/// `average/NAME`; `velocity/NAME` and `square/NAME` are the optimiser's. Its metadata has all else under `imprint`.
public struct Checkpoint: Sendable {
  /// What was asked for.
  public var settings: TrainingSettings
  /// The names of the classes.
  public var labels: [String]
  /// What tells the pictures from others.
  public var pictures: String
  /// How far it has come.
  public var position: TrainingPosition
  /// The epochs so far.
  public var history: [EpochResult]
  /// The weights of base and head.
  public var weights: NamedWeights
  /// Their averages, those that are trained, where averages are kept.
  public var averages: NamedWeights?
  /// The optimiser's, one for each weight that is trained.
  public var velocities, squares: NamedWeights
  /// Between which numbers the results of each layer lie, where rounding has begun.
  public var ranges: [String: ActivationRanges.Range]

  /// The number of the layout that is written; higher ones are refused.
  public static let version = 1

  /// The weights to use: the averages where there are any.
  public var bestWeights: NamedWeights {
    guard let averages else { return weights }
    return NamedWeights(weights.names.compactMap { name in (averages[name] ?? weights[name]).map { (name, $0) } })
  }

  /// Writes the file as a whole or not at all.
  ///
  /// - Throws: `TFLiteError.cannotWrite`, such as for a full disk; what was there stays.
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
  ///   `WeightsError.cannotRead` where there is no such file.
  public init(contentsOf file: URL) throws {
    let stored: NamedWeights
    do throws(WeightsError) {
      stored = try NamedWeights(contentsOf: file)
    } catch {
      if case .cannotRead = error { throw error }
      throw TrainingError.badCheckpoint(path: file.path, because: "\(error)")
    }
    guard let text = stored.metadata[Self.key] else {
      throw TrainingError.badCheckpoint(path: file.path, because: "it has weights, but nothing about their training")
    }
    let data = Data(text.utf8)
    let decoder = JSONDecoder()
    if let version = try? decoder.decode(Version.self, from: data).version, version > Self.version {
      throw TrainingError.newerCheckpoint(path: file.path, version: version)
    }
    guard let header = try? decoder.decode(Header.self, from: data) else {
      throw TrainingError.badCheckpoint(path: file.path, because: "what it says about its training cannot be read")
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

  /// The tensors that belong together in a file.
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
