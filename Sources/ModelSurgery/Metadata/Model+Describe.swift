import TFLite

extension Model {
  /// Writes what task libraries need to know of an image classifier: how its input is normalised, and the names of its
  /// classes, as a label file that is packed behind the model.
  ///
  /// What the model says of itself already is kept, other packed files and process units among it. What is damaged beyond
  /// reading is made anew. Score calibration is taken out with the labels that it was made for.
  ///
  /// - Parameters:
  ///   - name: The model's name, where it has none.
  ///   - normalization: What is to become of a picture's bytes, where the model does not say so yet; by default
  ///     ``PictureNormalization/init(standardFor:)``.
  ///   - labels: The names of all classes, in their order, empty for one without a name; with none at all there is no
  ///     label file. By default the label file stays as it is.
  /// - Throws: ``TFLiteError/newerThanSchema(field:what:)`` when the metadata that is there holds what the schema known
  ///   here has no place for, and as ``setPackedFiles(_:)`` does; the model is as it was then.
  public mutating func describeClassifier(
    name: String, normalization: PictureNormalization? = nil, labels: [String]? = nil
  ) throws(TFLiteError) {
    guard let graph = mainSubgraph, let (inputIndex, outputIndex) = try? onlyInputAndOutput(),
      let input = graph.tensor(inputIndex), let output = graph.tensor(outputIndex)
    else { return }
    var metadata = (try? modelMetadata) ?? ModelMetadata()
    metadata.name = metadata.name ?? Text(name)
    metadata.minParserVersion = metadata.minParserVersion ?? "1.0.0"
    if metadata.subgraphs.isEmpty { metadata.subgraphs = [SubGraphMetadata()] }
    var main = metadata.subgraphs[0]
    main.inputs = [(main.inputs.first ?? TensorMetadata()).describingPicture(input, normalization)]
    var scores = (main.outputs.first ?? TensorMetadata()).describingScores(output)
    var files = PackedFiles(behind: self)
    if let labels {
      var old = scores.removeLabels()
      if let labelFile { old.insert(labelFile.name) }
      main.outputs = [scores]
      metadata.subgraphs[0] = main
      for name in old.subtracting(metadata.fileNames) { files.contents[name] = nil }
      if !labels.isEmpty {
        let name = Self.labelFileName(besides: Set(files.contents.keys))
        files.contents[name] = Bytes(Array(labels.map { $0 + "\n" }.joined().utf8))
        var file = AssociatedFile(name: Text(name), type: .tensorAxisLabels)
        file.description = "The names of the classes, one a line"
        scores.associatedFiles.insert(file, at: 0)
      }
    }
    main.outputs = [scores]
    metadata.subgraphs[0] = main
    var model = self
    model.setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
    try model.setPackedFiles(files)
    self = model
  }

  private static func labelFileName(besides names: Set<String>) -> String {
    var name = "labels.txt"
    var number = 2
    while names.contains(name) {
      name = "labels-\(number).txt"
      number += 1
    }
    return name
  }
}
