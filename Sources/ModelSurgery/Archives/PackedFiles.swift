import TFLite

/// Files that are packed behind a model, as a zip archive at the end of its file: how TensorFlow Lite's own metadata
/// brings a label file along.
public struct PackedFiles: Sendable, Hashable {
  /// The files' contents by name, referenced where they lie.
  public let contents: [String: Bytes]

  /// Reads the archive at the end of a model file; without one, or with one that is damaged or compressed, there are no
  /// files.
  ///
  /// - Parameters:
  ///   - file: The whole file. An archive that was appended in place counts its offsets from the file's start.
  ///   - model: The model that was read from it. One that was made by itself counts them from its own.
  public init(behind model: Model, in file: Bytes) {
    guard let start = Self.firstFile(in: model.trailing) else {
      contents = [:]
      return
    }
    let archive = model.trailing.slice(start..<model.trailing.count) ?? Bytes()
    contents = (try? ZipDirectory(file))?.entries ?? (try? ZipDirectory(archive))?.entries ?? [:]
  }

  /// Where an archive begins: at its first file.
  private static func firstFile(in bytes: Bytes) -> Int? {
    let signature = ZipDirectory.localSignature
    return bytes.withUnsafeBytes { raw in
      raw.indices.dropLast(signature.count - 1).first { start in
        raw[start] == signature[0] && raw[start..<start + signature.count].elementsEqual(signature)
      }
    }
  }

  /// The label file: of those whose names speak of labels and end in `.txt` the first by name.
  public var labels: Bytes? {
    contents.keys.sorted().first { name in
      name.lowercased().contains("label") && name.lowercased().hasSuffix(".txt")
    }.flatMap { contents[$0] }
  }
}
