import Imprinting

/// Taking in embeddings one after the other, beside the BLAS's symmetric product of as many rows.
struct Stream {
  let pictures: Int
  let classes: Int
  let dimension: Int
  /// The bytes of embeddings beyond which only sums are kept.
  let budget: Int
  /// Whether the product is measured as well, in turn with the embeddings.
  let besideProduct: Bool

  private static let block = 2048

  /// The seconds of taking in, of making the embeddings, and of the product alone.
  func run() throws -> [String: Double] {
    let made = MadeUpPictures(dimension: dimension, classes: classes)
    var seen = EmbeddingSet(space: made.space, budget: budget)
    var product = besideProduct ? try SymmetricProduct(dimension: dimension, most: Self.block) : nil
    // Opens the library, which is not to count.
    var first = EmbeddingSet(space: made.space, budget: 0)
    try first.add(made.picture(0), to: made.label(of: 0))
    try first.merge(EmbeddingSet(space: made.space))
    var found = ["taking": 0.0, "making": 0.0]
    for start in stride(from: 0, to: pictures, by: Self.block) {
      let numbers = start..<min(start + Self.block, pictures)
      var block: [EmbeddedPicture] = []
      var labels: [String] = []
      found["making", default: 0] += Growth.seconds {
        block = numbers.map(made.picture)
        labels = numbers.map(made.label)
      }
      found["taking", default: 0] += try Growth.seconds {
        for (picture, label) in zip(block, labels) { try seen.add(picture, to: label) }
      }
      if let seconds = product?.seconds(rows: numbers.count) { found["product", default: 0] += seconds }
    }
    // The pictures of the last block are squared when something is merged, be it nothing.
    found["taking", default: 0] += try Growth.seconds { try seen.merge(EmbeddingSet(space: made.space)) }
    guard seen.pictures == pictures else { throw Complaint("\(seen.pictures) of \(pictures) pictures were taken in") }
    return found
  }
}
