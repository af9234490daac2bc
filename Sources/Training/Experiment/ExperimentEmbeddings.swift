import ModelSurgery
import TFLite

/// The embeddings of an experiment's pictures, `[N, D]`, and their directions, `[N, D']`: what they are after the projection,
/// where there is one, with the length 1.
struct ExperimentEmbeddings {
  let training, test: WeightTensor
  let trainingDirections, testDirections: WeightTensor
  /// Of random variations of the pictures of new classes.
  let variedDirections: WeightTensor
  /// The rows of ``variedDirections`` that are of a picture to learn from, by its place.
  let variations: (_ place: Int) -> [Int]

  /// D'.
  var dimension: Int { trainingDirections.shape.last ?? 0 }
}

extension WeightTensor {
  /// The bytes of a row of a matrix.
  func rowBytes(_ place: Int) -> Bytes {
    let size = 4 * (shape.last ?? 0)
    return data.slice(place * size..<(place + 1) * size) ?? Bytes()
  }

  /// A row of a matrix.
  func row(_ place: Int) -> [Float] {
    WeightTensor(shape: [shape.last ?? 0], data: rowBytes(place))?.elements ?? []
  }
}
