import TFLite

/// What a part of a model says about itself.
extension Model {
  /// One of the two parts of a model.
  enum Part {
    case base, head
  }

  /// The names of what Imprint itself writes down about a model's classes begin with this.
  static let imprintPrefix = "imprint."

  /// Takes out what is said about the classes: the description and Imprint's own notes.
  mutating func dropOutputDescription() {
    description = nil
    metadata.removeAll { $0.name?.string.hasPrefix(Self.imprintPrefix) == true }
  }

  /// Writes the part of a whole model's metadata that is about this part of it, and packs the files that it names. Files
  /// that nothing names go with the head, and so does metadata that cannot be read.
  mutating func describe(as part: Part, of whole: Model) throws(TFLiteError) {
    let metadata = try? whole.modelMetadata
    let isReadable = metadata?.newerPlaces.isEmpty == true
    var files = PackedFiles(behind: whole)
    if let metadata, isReadable {
      var mine = metadata
      mine.keep(part)
      var others = metadata
      others.keep(part == .base ? .head : .base)
      setMetadata(named: ModelMetadata.entryName, to: try mine.serialized())
      let names = mine.fileNames
      let foreign = others.fileNames.subtracting(names)
      files.contents = files.contents.filter { name, _ in
        part == .base ? names.contains(name) : !foreign.contains(name)
      }
    } else if part == .base {
      setMetadata(named: ModelMetadata.entryName, to: nil)
      files.contents = [:]
    }
    if part == .base { files.others = Bytes() }
    try setPackedFiles(files)
  }
}

extension ModelMetadata {
  /// Leaves out what is said of the side that a part does not have.
  fileprivate mutating func keep(_ part: Model.Part) {
    guard !subgraphs.isEmpty else { return }
    switch part {
    case .base:
      subgraphs[0].outputs = []
      subgraphs[0].outputProcessUnits = []
      subgraphs[0].outputTensorGroups = []
    case .head:
      subgraphs[0].inputs = []
      subgraphs[0].inputProcessUnits = []
      subgraphs[0].inputTensorGroups = []
    }
  }
}
