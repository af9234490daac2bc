import ModelSurgery
import Pictures
import TFLite

/// What Imprint writes into a model file beside the weights: each is a metadata buffer of its own, which other runtimes
/// and Coral's tools pass over and keep.
extension Model {
  static let labelsName: Text = "imprint.labels"
  static let resizeName: Text = "imprint.resize"

  /// The names of the classes that the file carries, or nil.
  public var imprintedLabels: Labels? {
    metadata(named: Self.labelsName).map { Labels(text: String(decoding: $0, as: UTF8.self)) }
  }

  /// How pictures were brought to the model's size in training, or nil where the file does not say.
  public var imprintedResize: Resize? {
    metadata(named: Self.resizeName).flatMap { Resize(String(decoding: $0, as: UTF8.self)) }
  }

  /// The classes that imprinting made, by id: how many pictures each was made from, where the file says, and the norm
  /// of their sum.
  public var imprintedClasses: [Int: (pictures: Int?, norm: Double)] {
    guard let tail = try? ImprintingTail(of: self) else { return [:] }
    let sums = believedSums(of: tail)
    return CoralDescription(description).norms.filter { $0.key < tail.classCount }.reduce(into: [:]) { found, entry in
      found[entry.key] = (sums[entry.key]?.count, Double(entry.value) ?? 0)
    }
  }

  /// Whether the tail has no class yet: a row of zeros alone, as an extractor gets it with its tail.
  func hasEmptyHead(_ tail: ImprintingTail) -> Bool {
    tail.classCount == 1 && CoralDescription(description).norms.isEmpty
      && rows(of: tail).allSatisfy { row in
        row.withUnsafeBytes { tail.rowEncoding.steps($0) }.allSatisfy { $0 == 0 }
      }
  }

  /// The exact sums that the file holds, of those classes of which its description and its rows say the same.
  func believedSums(of tail: ImprintingTail) -> [Int: EmbeddingSum] {
    guard let bytes = metadata(named: StoredSums.metadataName),
      let stored = StoredSums(bytes, dimension: tail.dimension)
    else { return [:] }
    let norms = CoralDescription(description).norms
    let rows = rows(of: tail)
    return stored.sums.filter { id, sum in
      guard rows.indices.contains(id), let norm = norms[id] else { return false }
      return norm == CoralDescription.string(sum.norm * Double(tail.embeddingEncoding.unit))
        && rows[id].elementsEqual(tail.rowEncoding.encode(sum.direction))
    }
  }
}
