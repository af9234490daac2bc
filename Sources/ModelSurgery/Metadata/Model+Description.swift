public import TFLite

extension Model {
  /// Writes the metadata of an image classifier for task libraries: the normalisation of its input, and the names of
  /// its classes as a packed label file.
  ///
  /// Existing metadata is preserved, including other packed files and process units. Unreadable metadata is replaced.
  /// Score calibration is removed with the labels it was made for.
  ///
  /// - Parameters:
  ///   - name: The model's name, if it has none yet.
  ///   - normalization: The normalisation of pictures, if the model does not state one yet; by default
  ///     ``PictureNormalization/init(standardFor:)``.
  ///   - labels: The names of all classes in order, empty for an unnamed class. An empty array removes the label file;
  ///     nil keeps it.
  /// - Throws: `TFLiteError/newerThanSchema(field:what:)` if the existing metadata is newer than the known schema,
  ///   and the errors of ``setPackedFiles(_:)``; the model is then unchanged.
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

extension Model {
  /// Replaces the names of the classes and keeps all other metadata. A declared label file gets new contents; otherwise
  /// ``describeClassifier(name:normalization:labels:)`` creates one.
  ///
  /// - Parameter labels: One label for each class, without line breaks.
  /// - Throws: The errors of ``describeClassifier(name:normalization:labels:)``; the model is then unchanged.
  public mutating func replaceLabels(_ labels: [String]) throws(TFLiteError) {
    guard let file = labelFile, file.isDeclared else {
      return try describeClassifier(name: "Image classifier", labels: labels)
    }
    var files = PackedFiles(behind: self)
    files.contents[file.name] = Bytes(Array(labels.map { $0 + "\n" }.joined().utf8))
    var model = self
    try model.setPackedFiles(files)
    self = model
  }
}

extension Model {
  /// Replaces the normalisation of the input in the metadata and keeps everything else. Unreadable metadata is replaced.
  ///
  /// - Throws: `TFLiteError/newerThanSchema(field:what:)` if the existing metadata is newer than the known schema; the
  ///   model is then unchanged.
  public mutating func setPictureNormalization(_ normalization: PictureNormalization) throws(TFLiteError) {
    guard let (index, _) = try? onlyInputAndOutput(), let input = mainSubgraph?.tensor(index) else { return }
    var metadata = (try? modelMetadata) ?? ModelMetadata()
    metadata.minParserVersion = metadata.minParserVersion ?? "1.0.0"
    if metadata.subgraphs.isEmpty { metadata.subgraphs = [SubGraphMetadata()] }
    var picture = metadata.subgraphs[0].inputs.first ?? TensorMetadata()
    picture.processUnits.removeAll { unit in
      if case .normalization = unit.options { true } else { false }
    }
    picture.stats = nil
    metadata.subgraphs[0].inputs = [picture.describingPicture(input, normalization)]
    setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
  }

  /// Writes metadata for task libraries to an embedding extractor that has none: the normalisation of its input, and
  /// the fact that its output is an embedding.
  ///
  /// - Throws: `TFLiteError/tooLarge(bytes:)` if the name is too long for a file.
  mutating func describeExtractor(name: String) throws(TFLiteError) {
    guard let (index, _) = try? onlyInputAndOutput(), let input = mainSubgraph?.tensor(index) else { return }
    var output = TensorMetadata()
    output.name = "embedding"
    output.content = TensorContent(.feature)
    var main = SubGraphMetadata()
    main.inputs = [TensorMetadata().describingPicture(input)]
    main.outputs = [output]
    var metadata = ModelMetadata()
    metadata.name = Text(name)
    metadata.minParserVersion = "1.0.0"
    metadata.subgraphs = [main]
    setMetadata(named: ModelMetadata.entryName, to: try metadata.serialized())
  }
}

/// The metadata of a classifier's input and output. Existing values are preserved, except the range of the scores.
extension TensorMetadata {
  /// Describes the tensor as an RGB picture: its normalisation, and the range of the normalised values.
  func describingPicture(_ tensor: Tensor, _ standard: PictureNormalization? = nil) -> TensorMetadata {
    var described = self
    described.name = name ?? "image"
    described.content = content ?? TensorContent(.image(ImageProperties(colorSpace: .rgb)))
    if normalization == nil {
      let standard = standard ?? PictureNormalization(standardFor: tensor)
      described.processUnits.append(
        ProcessUnit(.normalization(NormalizationOptions(mean: standard.mean, std: standard.deviation))))
    }
    if stats == nil, let options = described.normalization,
      let known = try? PictureNormalization(mean: options.mean, deviation: options.std)
    {
      described.stats = tensor.type.byteRange ?? known.range
    }
    return described
  }

  /// Describes the tensor as one score per class.
  func describingScores(_ tensor: Tensor) -> TensorMetadata {
    var described = self
    described.name = name ?? "probability"
    described.content = content ?? TensorContent(.feature)
    described.stats = tensor.type.byteRange ?? TensorStats(max: [1], min: [0])
    return described
  }

  /// Removes class labels and score calibration, and returns the names of their files.
  mutating func removeLabels() -> Set<String> {
    let isOfClasses = { (file: AssociatedFile) in
      [.tensorAxisLabels, .tensorAxisScoreCalibration].contains(file.type)
    }
    let names = associatedFiles.filter(isOfClasses).compactMap { $0.name?.string }
    associatedFiles.removeAll(where: isOfClasses)
    processUnits.removeAll { unit in
      if case .scoreCalibration = unit.options { true } else { false }
    }
    return Set(names)
  }
}

extension PictureNormalization {
  /// The normalised values of the bytes 0 and 255.
  fileprivate var range: TensorStats {
    let channels = (0..<max(mean.count, deviation.count)).map { channel($0) }
    return TensorStats(
      max: channels.map { (255 - $0.mean) / $0.deviation }, min: channels.map { (0 - $0.mean) / $0.deviation })
  }
}

extension TensorType {
  /// The range of the elements of a quantised tensor, or nil for other types.
  fileprivate var byteRange: TensorStats? {
    switch self {
    case .uint8: TensorStats(max: [255], min: [0])
    case .int8: TensorStats(max: [127], min: [-128])
    default: nil
    }
  }
}
