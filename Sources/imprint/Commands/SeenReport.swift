import Heads
import Imprinting
import Inference

/// What `embed` and `merge` print.
struct EmbeddingSetReport: Encodable {
  struct EmbeddedClass: Encodable {
    let label: String
    let pictures: Int
  }

  let classes: [EmbeddedClass]
  let pictures: Int
  let skipped: Int
  /// Whether the single embeddings are kept, and not only their sums.
  let embeddingsKept: Bool
  let dimension: Int
  let views: Int
  let resize: String
  /// In whose arithmetic the network was run.
  let arithmetic: EmbeddingSpace.Arithmetic
  let file: String
  let profile: ProfileReport?

  init(_ seen: EmbeddingSet, file: String, skipped: Int, profile: ProfileReport? = nil) {
    self.profile = profile
    classes = seen.classes.map { .init(label: $0.name, pictures: $0.count) }
    pictures = seen.pictures
    self.skipped = skipped
    embeddingsKept = seen.hasEmbeddings
    dimension = seen.space.dimension
    views = seen.space.views.count
    resize = seen.space.resize
    arithmetic = seen.space.arithmetic
    self.file = file
  }

  var text: String {
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    var lines = [
      "EmbeddingSet: \(Table.counted(pictures, "picture", "pictures")) of \(Table.counted(classes.count, "class", "classes"))"
    ]
    lines += classes.map { "  \(Table.left($0.label, widest))  \($0.pictures)" }
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    lines.append(
      embeddingsKept
        ? "Kept: each picture's embedding, \(dimension) numbers\(views > 1 ? " a view, \(views) views" : "")"
        : "Kept: sums alone, as the embeddings are beyond the budget")
    lines.append("File  \(file)")
    return lines.joined(separator: "\n")
  }
}
