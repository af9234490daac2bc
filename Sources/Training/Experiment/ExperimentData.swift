import Heads
import ModelSurgery
import TFLite

/// The training and test pictures of an experiment; the base's classes come first.
struct ExperimentData {
  /// The base's classes and the new classes.
  let baseLabels, newLabels: [String]
  let training, test: TrainingData
  /// The indices of each class's training pictures.
  private let places: [[Int]]

  /// Splits the data.
  ///
  /// - Throws: ``TrainingDataError/noSuchClass(_:)`` if the data lacks a class of the base;
  ///   ``TrainingError/badSetting(_:because:)`` if it has no new class.
  init(_ data: TrainingData, baseLabels: [String], testRatio: Double) throws {
    let known = Set(baseLabels)
    self.baseLabels = baseLabels
    newLabels = data.labels.filter { !known.contains($0) }
    guard !newLabels.isEmpty else {
      throw TrainingError.badSetting(
        "the experiment", because: "the base was trained on all classes of the pictures: leave some out")
    }
    let parts = try data.selecting(classes: baseLabels + newLabels).split(testRatio: testRatio)
    training = parts.training
    test = parts.heldBack
    places = training.places
  }

  /// The labels of all classes.
  var labels: [String] { training.labels }

  /// The indices of the training pictures of new classes.
  var newPlaces: [Int] { places.dropFirst(baseLabels.count).flatMap { $0 } }

  /// Returns the indices of the training pictures of a draw, class by class: all pictures of the base's classes, and the
  /// shots of each new class.
  ///
  /// - Parameters:
  ///   - shots: The maximum number for each new class.
  ///   - draw: The number of the draw.
  ///   - seed: The seed of the draw.
  func drawing(shots: Int, draw: Int, seed: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed, for: .shots, epoch: draw)
    let new = places.dropFirst(baseLabels.count).map { $0.shuffled(using: &generator).prefix(shots).sorted() }
    return places.prefix(baseLabels.count) + new
  }

  /// Returns the indices, with the pictures of smaller classes repeated so that all classes have the same number.
  static func balanced(_ places: [[Int]]) -> [Int] {
    let most = places.map(\.count).max() ?? 0
    return places.flatMap { own in own.isEmpty ? [] : (0..<most).map { own[$0 % own.count] } }
  }
}

/// The embeddings `[N, D]` of an experiment's pictures, and their directions `[N, D']`: embeddings after the projection, if
/// there is one, normalised to length 1.
struct ExperimentEmbeddings {
  let training, test: WeightTensor
  let trainingDirections, testDirections: WeightTensor
  /// The directions of random variations of the pictures of new classes.
  let variedDirections: WeightTensor
  /// Returns the rows of ``variedDirections`` of a training picture.
  let variations: (_ place: Int) -> [Int]

  /// The dimension D' of the directions.
  var dimension: Int { trainingDirections.shape.last ?? 0 }
}

extension WeightTensor {
  /// Returns the bytes of a row of a matrix.
  func rowBytes(_ place: Int) -> Bytes {
    let size = 4 * (shape.last ?? 0)
    return data.slice(place * size..<(place + 1) * size) ?? Bytes()
  }

  /// Returns a row of a matrix.
  func row(_ place: Int) -> [Float] {
    WeightTensor(shape: [shape.last ?? 0], data: rowBytes(place))?.elements ?? []
  }
}
