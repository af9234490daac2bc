import Heads
import Platform

/// What `inspect` prints of a file of embeddings.
struct EmbeddingsInspection: Encodable {
  struct Picture: Encodable {
    let name: String
    let digest: PictureDigest?
    let group: String?
  }

  struct EmbeddedClass: Encodable {
    let label: String
    let pictures: Int
    /// The pictures, if they are listed.
    let list: [Picture]?
  }

  let file: String
  let pictures: Int
  /// Whether the file stores each embedding instead of only sums.
  let embeddingsStored: Bool
  let budgetMegabytes: Int
  let network, resize, arithmetic: String
  let dimension, views: Int
  let element: String
  /// The number of pictures that are known by their content.
  let digests: Int
  let classes: [EmbeddedClass]
  let conflicts: [PictureConflict]
  /// The shards that the file holds of jobs of which it does not hold all.
  let shards: [ShardsReport]

  init(_ set: EmbeddingSet, file: String, lists: Bool) {
    self.file = file
    pictures = set.pictures
    embeddingsStored = set.hasEmbeddings
    budgetMegabytes = set.budget / 1_000_000
    network = set.space.extractor
    resize = set.space.resize
    arithmetic = "\(set.space.arithmetic)"
    dimension = set.space.dimension
    views = set.space.augmentation.count
    element = set.space.element.rawValue
    digests = set.classes.reduce(0) { $0 + $1.digests.count }
    classes = set.classes.map { known in
      EmbeddedClass(
        label: known.name, pictures: known.count,
        list: lists
          ? known.pictures.map { Picture(name: $0.name, digest: $0.digest, group: $0.group) } : nil)
    }
    conflicts = set.conflicts
    shards = set.shards.map(ShardsReport.init)
  }

  var text: String {
    let count = Table.counted(pictures, "picture", "pictures")
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    var lines = ["Embeddings of \(count) of \(Table.counted(classes.count, "class", "classes"))"]
    for known in classes {
      lines.append("  \(Table.left(known.label, widest))  \(known.pictures)")
      for picture in known.list ?? [] {
        let group = picture.group.map { "  group \($0)" } ?? ""
        lines.append("    \(picture.digest?.description ?? String(repeating: "·", count: 32))  \(picture.name)\(group)")
      }
    }
    lines.append(
      embeddingsStored
        ? "Stored   each embedding, \(dimension) elements of \(element)\(views > 1 ? " per view, \(views) views" : "")"
        : "Stored   only sums, because the embeddings exceed the budget of \(budgetMegabytes) MB")
    lines.append("Network  \(network.prefix(32))…, \(arithmetic) arithmetic")
    lines.append("Resize   \(resize)")
    for held in shards {
      lines.append("Shards   \(held.text)")
      lines += held.workers.map {
        "         by version \($0.version), \($0.arithmetic) arithmetic, on a processor with \($0.processor)"
      }
    }
    if digests < pictures {
      lines.append("Known by their content: \(digests); the others by their paths, as an earlier version wrote them")
    }
    lines += conflicts.prefix(10).map { conflict in
      "In several classes: "
        + conflict.members.map { $0.picture.map { "\($0)" } ?? $0.label }.joined(separator: ", ")
    }
    return lines.joined(separator: "\n")
  }
}
