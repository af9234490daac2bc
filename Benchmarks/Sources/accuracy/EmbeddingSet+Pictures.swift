import Imprinting
import Pictures

extension EmbeddingSet {
  /// Embeds all pictures of some classes.
  static func all(_ classes: [LabelledPictures.Class], by extractor: Extractor) async throws -> EmbeddingSet {
    let list = classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    var embeddings = EmbeddingSet(space: extractor.space, budget: .max)
    try await extractor.embed(list.map(\.1)) { index, picture in try embeddings.add(picture.get(), to: list[index].0) }
    return embeddings
  }

  /// Returns the set of some pictures of each class, by their places.
  func picking(_ places: (EmbeddedClass) -> some Sequence<Int>) throws -> EmbeddingSet {
    var picked = EmbeddingSet(space: space, budget: .max)
    for known in classes {
      for place in places(known) { try picked.add(known.pictures[place], to: known.name) }
    }
    return picked
  }

  /// Returns the set without the first quarter of each class.
  func withoutFirstQuarter() throws -> EmbeddingSet { try picking { $0.count / 4..<$0.count } }
}
