public import Heads
package import ModelSurgery
public import Pictures
public import TFLite

/// The data that Imprint stores in a model file besides the weights. Each item is a separate metadata buffer, which other
/// runtimes and Coral's tools ignore and preserve.
extension Model {
  static let resizeName: Text = "imprint.resize"

  /// The names of the classes in the model's `LabelFile`, or nil where it has none.
  public var carriedLabels: Labels? {
    guard let file = labelFile, let text = file.text else { return nil }
    return file.isDeclared ? Labels(lines: text) : Labels(text: text)
  }

  /// How pictures were resized in training, or nil where the file does not record it.
  public var imprintedResize: Resize? {
    metadata(named: Self.resizeName).flatMap { Resize(String(decoding: $0, as: UTF8.self)) }
  }

  /// The imprinted classes, ascending.
  public var imprintedClasses: [ImprintingRecord] {
    guard let tail = try? ImprintingTail(of: self) else { return [] }
    let sums = believedSums(of: tail)
    let norms = CoralDescription(description).norms.filter { $0.key < tail.classCount }
    return norms.sorted { $0.key < $1.key }.map { id, norm in
      ImprintingRecord(classID: id, pictures: sums[id]?.count, norm: Double(norm) ?? 0)
    }
  }

  /// Stores the labels in TensorFlow Lite's metadata, where other programs read them, and the sums, novelty score and resize
  /// in separate buffers; a record of the teaching is removed. These always come in this order after all other metadata, so that the file does not depend on the
  /// order in which they were first set.
  ///
  /// - Throws: `TFLiteError` when the existing metadata has a newer schema than this library knows.
  package mutating func setImprinted(
    labels: [String], sums: StoredSums, balance: ImprintedBalance = .init(), resize: Resize?,
    novelty: StoredNovelty? = nil
  ) throws(TFLiteError) {
    // The last one first, so that its buffer can be removed and not only emptied.
    for name in [
      TeachingRecord.metadataName, Self.resizeName, StoredSums.metadataName, ImprintedBalance.metadataName,
      StoredNovelty.metadataName,
    ] {
      setMetadata(named: name, to: nil)
    }
    try describeClassifier(name: "Imprinted image classifier", labels: labels)
    setMetadata(named: StoredSums.metadataName, to: sums.sums.isEmpty ? nil : sums.bytes)
    setMetadata(named: ImprintedBalance.metadataName, to: balance == .init() ? nil : balance.bytes)
    setMetadata(named: StoredNovelty.metadataName, to: novelty?.bytes)
    setMetadata(named: Self.resizeName, to: resize.map { Bytes(Array("\($0)".utf8)) })
    try repack()
  }

  /// Writes the packed files again: their offset depends on everything before them.
  mutating func repack() throws(TFLiteError) { try setPackedFiles(PackedFiles(behind: self)) }

  /// The model without the data about its classes, for a part of the model that has no classes.
  package var withoutImprinted: Model {
    get throws(TFLiteError) {
      var model = self
      try model.setImprinted(labels: [], sums: StoredSums(dimension: 0, sums: [:]), resize: nil)
      if !CoralDescription(description).norms.isEmpty { model.description = nil }
      return model
    }
  }

  /// Returns whether the tail has no class yet: a tail newly appended to an extractor has only a row of zeros.
  package func hasEmptyHead(_ tail: ImprintingTail) -> Bool {
    tail.classCount == 1 && CoralDescription(description).norms.isEmpty
      && rows(of: tail).allSatisfy { row in
        row.withUnsafeBytes { tail.rowEncoding.steps($0) }.allSatisfy { $0 == 0 }
      }
  }

  /// The balance of the imprinted classes with those of the base.
  package var imprintedBalance: ImprintedBalance {
    metadata(named: ImprintedBalance.metadataName).flatMap { ImprintedBalance($0) } ?? ImprintedBalance()
  }

  /// Returns the exact sums in the file, without sums that contradict the norm in the description or the row of the class.
  package func believedSums(of tail: ImprintingTail) -> [Int: EmbeddingSum] {
    guard let bytes = metadata(named: StoredSums.metadataName),
      let stored = StoredSums(bytes, dimension: tail.dimension)
    else { return [:] }
    let norms = CoralDescription(description).norms
    let rows = rows(of: tail)
    let balance = imprintedBalance
    return stored.sums.filter { id, sum in
      guard rows.indices.contains(id), let norm = norms[id] else { return false }
      return norm == balance.norm(sum.norm * Double(tail.embeddingEncoding.unit))
        && rows[id].elementsEqual(tail.rowEncoding.encode(balance.row(sum.direction)))
    }
  }
}

/// An imprinted class in a model file.
public struct ImprintingRecord: Sendable, Hashable, Codable {
  /// The id of the class.
  public let classID: Int
  /// The number of pictures of the class, or nil where the file does not record it.
  public let pictures: Int?
  /// ‖Σx‖ over the embeddings of the class.
  public let norm: Double
}
