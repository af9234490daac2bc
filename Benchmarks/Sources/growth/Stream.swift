import Imprinting

/// Adds embeddings one after the other, and compares with the BLAS's symmetric product of the same number of rows.
struct Stream {
  let pictures: Int
  let classes: Int
  let dimension: Int
  /// The number of bytes of embeddings beyond which only sums are stored.
  let budget: Int
  /// Whether to measure the product too, alternating with the embeddings.
  let besideProduct: Bool

  private static let block = 2048

  /// Returns the seconds to add the embeddings, to generate them, and to compute the product alone.
  func run() throws -> [String: Double] {
    let synthetic = SyntheticPictures(dimension: dimension, classes: classes)
    var embeddings = EmbeddingSet(space: synthetic.space, budget: budget)
    var product = besideProduct ? try SymmetricProduct(dimension: dimension, most: Self.block) : nil
    // Opens the library, which must not be timed.
    var first = EmbeddingSet(space: synthetic.space, budget: 0)
    try first.add(synthetic.picture(0), to: synthetic.label(of: 0))
    try first.merge(EmbeddingSet(space: synthetic.space))
    var found = ["adding": 0.0, "generating": 0.0]
    for start in stride(from: 0, to: pictures, by: Self.block) {
      let numbers = start..<min(start + Self.block, pictures)
      var block: [EmbeddedPicture] = []
      var labels: [String] = []
      found["generating", default: 0] += Growth.seconds {
        block = numbers.map(synthetic.picture)
        labels = numbers.map(synthetic.label)
      }
      found["adding", default: 0] += try Growth.seconds {
        for (picture, label) in zip(block, labels) { try embeddings.add(picture, to: label) }
      }
      if let seconds = product?.seconds(rows: numbers.count) { found["product", default: 0] += seconds }
    }
    // A merge, even with an empty set, adds the products of the last block.
    found["adding", default: 0] += try Growth.seconds { try embeddings.merge(EmbeddingSet(space: synthetic.space)) }
    guard embeddings.pictures == pictures else {
      throw BenchmarkError("\(embeddings.pictures) of \(pictures) pictures were added")
    }
    return found
  }
}
