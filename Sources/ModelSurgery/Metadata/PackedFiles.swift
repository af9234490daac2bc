public import TFLite

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

/// A text file with the names of a model's classes, packed behind it.
public struct LabelFile: Sendable, Hashable {
  /// Its name in the archive.
  public let name: String
  /// Its contents.
  public let contents: Bytes
  /// Whether the model's metadata says that it names the output's classes: then it holds a label a line. A file that is
  /// only known by its name may be of another form.
  public let isDeclared: Bool
}

extension Model {
  /// The label file of the model's first output: the first that the metadata names, one of no language before others;
  /// where it names none, the first of the packed files whose names speak of labels and end in `.txt`.
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
  /// The names of all files that the metadata speaks of, wherever it does.
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
