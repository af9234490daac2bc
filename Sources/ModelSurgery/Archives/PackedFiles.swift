import TFLite

/// Files that are packed behind a model, as a zip archive at the end of its file: how TensorFlow Lite's own metadata
/// brings a label file along.
public struct PackedFiles: Sendable, Hashable {
  /// The files' contents by name, referenced where they lie.
  public var contents: [String: Bytes] = [:]

  /// What stands behind the model and is no file of the archive.
  var others: Bytes

  /// Reads the archive behind a model; without one, or with one that is damaged, there are no files.
  ///
  /// The archive's offsets may count from the start of the model's file or from its own, and may be off where the model
  /// has grown since it was made.
  public init(behind model: Model) {
    guard let archive = try? ZipDirectory(model.trailing, isMovable: true) else {
      others = model.trailing
      return
    }
    contents = archive.entries
    others = model.trailing.slice(0..<archive.start) ?? Bytes()
  }

  /// Reads an archive that stands by itself, such as a Python wheel; files that are packed by DEFLATE are unpacked.
  ///
  /// - Throws: ``WeightsError/damaged(place:because:)`` where it is no sound archive, or its files take more than 64 MB.
  package init(archive: Bytes) throws(WeightsError) {
    contents = try ZipDirectory(archive, isMovable: true).entries
    others = Bytes()
  }
}

extension Model {
  /// Puts files behind the model, in place of those that are there.
  ///
  /// The archive's offsets count from the start of the file as the model is now, so that any reader of zips opens it;
  /// what changes the model's size afterwards makes them off by the same number, which most readers allow for.
  ///
  /// - Throws: ``TFLiteError`` as ``TFLite/Model/serialized()`` does, and ``TFLiteError/invalid(field:reason:)`` when the
  ///   files do not fit a zip.
  /// - Complexity: O(the number of the model's tables and the size of the files).
  public mutating func setPackedFiles(_ files: PackedFiles) throws(TFLiteError) {
    trailing = files.others
    trailingOffset = 0
    guard !files.contents.isEmpty else { return }
    let start = try serialized().count
    trailing = Bytes(Array(files.others) + (try ZipArchive.bytes(of: files.contents, at: start)))
    trailingOffset = start - files.others.count
  }
}
