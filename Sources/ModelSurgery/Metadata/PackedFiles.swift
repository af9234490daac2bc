public import TFLite

/// Files packed after a model as a zip archive at the end of its file, as TensorFlow Lite metadata stores label files.
public struct PackedFiles: Sendable, Hashable {
  /// The contents by file name, referenced in place.
  public var contents: [String: Bytes] = [:]

  /// The trailing data that does not belong to the archive.
  var others: Bytes

  /// Reads the archive after a model; there are no files if it is missing or damaged.
  ///
  /// Offsets may count from the start of the model's file or of the archive, and may be off if the model has grown
  /// since. Archives of more than 16 MB of compressed files are ignored.
  public init(behind model: Model) {
    guard let archive = try? ZipDirectory(model.trailing, isMovable: true, limit: Self.limit) else {
      others = model.trailing
      return
    }
    contents = archive.entries
    others = model.trailing.slice(0..<archive.start) ?? Bytes()
  }

  // Far more than the label files of any model, in all languages.
  private static let limit = 1 << 24

  /// Reads a standalone archive, such as a Python wheel, and decompresses its files.
  ///
  /// - Throws: ``WeightsError/damaged(place:because:)`` if the archive is damaged or its decompressed files exceed 64
  ///   MB.
  package init(archive: Bytes) throws(WeightsError) {
    contents = try ZipDirectory(archive, isMovable: true).entries
    others = Bytes()
  }
}

extension Model {
  /// Packs files after the model, replacing those that are there.
  ///
  /// Offsets count from the start of the model's present file, so that any zip reader opens it. Later changes of the
  /// model's size shift them all by the same amount, which most readers tolerate.
  ///
  /// - Throws: `TFLiteError` as `Model.serialized()` does, and `TFLiteError/invalid(field:reason:)` if the
  ///   files exceed the limits of a zip.
  /// - Complexity: O(tables of the model + size of the files).
  public mutating func setPackedFiles(_ files: PackedFiles) throws(TFLiteError) {
    trailing = files.others
    trailingOffset = 0
    guard !files.contents.isEmpty else { return }
    let start = try serialized().count
    trailing = Bytes(Array(files.others) + (try ZipArchive.bytes(of: files.contents, at: start)))
    trailingOffset = start - files.others.count
  }
}

/// A packed text file with the names of a model's classes.
public struct LabelFile: Sendable, Hashable {
  /// Its name in the archive.
  public let name: String
  /// Its contents.
  public let contents: Bytes
  /// Whether the model's metadata declares it as the output's labels: then it has one label per line. A file that is
  /// known only by its name may have another form.
  public let isDeclared: Bool

  /// The text, or nil if it is not UTF-8, or has more lines, or a longer one, than any list of labels.
  package var text: String? { try? LabelText(contents).text }

  /// The number of lines that are not empty.
  var lineCount: Int { text?.split(whereSeparator: \.isNewline).count ?? 0 }
}

extension Model {
  /// The label file of the model's first output: the first one that the metadata declares, preferably without a locale;
  /// otherwise the first packed `.txt` file whose name contains "label".
  public var labelFile: LabelFile? {
    let files = PackedFiles(behind: self).contents
    let declared = (try? modelMetadata)?.subgraphs.first?.outputs.first?.associatedFiles ?? []
    let named = declared.filter { $0.type == .tensorAxisLabels }
    for file in named.filter({ $0.locale == nil }) + named.filter({ $0.locale != nil }) {
      guard let name = file.name?.string, let contents = files[name] else { continue }
      return LabelFile(name: name, contents: contents, isDeclared: true)
    }
    let name = files.keys.sorted().first { $0.lowercased().contains("label") && $0.lowercased().hasSuffix(".txt") }
    return name.flatMap { name in files[name].map { LabelFile(name: name, contents: $0, isDeclared: false) } }
  }
}

extension ModelMetadata {
  /// The names of all files that the metadata mentions.
  var fileNames: Set<String> {
    var files = associatedFiles
    for graph in subgraphs {
      files += graph.associatedFiles
      var units = graph.inputProcessUnits + graph.outputProcessUnits
      for tensor in graph.inputs + graph.outputs {
        files += tensor.associatedFiles
        units += tensor.processUnits
      }
      files += units.flatMap(\.files)
    }
    return Set(files.compactMap { $0.name?.string })
  }
}

extension ProcessUnit {
  fileprivate var files: [AssociatedFile] {
    switch options {
    case .bertTokenizer(let options): options.vocabularies
    case .sentencePieceTokenizer(let options): options.models + options.vocabularies
    case .regexTokenizer(let options): options.vocabularies
    default: []
    }
  }
}
