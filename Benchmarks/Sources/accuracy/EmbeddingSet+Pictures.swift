import Imprinting
import Pictures

extension EmbeddingSet {
  /// All pictures of some classes, as an extractor sees them.
  static func all(_ classes: [LabelledPictures.Class], by extractor: Extractor) async throws -> EmbeddingSet {
    let list = classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    var seen = EmbeddingSet(space: extractor.space, budget: .max)
    try await extractor.embed(list.map(\.1)) { index, picture in try seen.add(picture.get(), to: list[index].0) }
    return seen
  }

  /// Some of the pictures of each class, by their places.
  func picking(_ places: (EmbeddedClass) -> some Sequence<Int>) throws -> EmbeddingSet {
    var picked = EmbeddingSet(space: space, budget: .max)
    for known in classes {
      for place in places(known) { try picked.add(known.pictures[place], to: known.name) }
    }
    return picked
  }

  /// What there is to learn from where the first quarter of each class is held back.
  func withoutFirstQuarter() throws -> EmbeddingSet { try picking { $0.count / 4..<$0.count } }
}
