import TFLite

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
