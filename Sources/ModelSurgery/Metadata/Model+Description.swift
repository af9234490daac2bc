public import TFLite

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

extension Model {
  /// Gives the classes other names, in their order, and leaves all else that the model says of itself: a label file that
  /// the metadata names gets other contents, else one is made as ``describeClassifier(name:normalization:labels:)`` does.
  ///
  /// - Parameter labels: One for each class, none with a line break in it.
  /// - Throws: As ``describeClassifier(name:normalization:labels:)`` does; the model is as it was then.
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
  /// Writes what task libraries need to know of an embedding extractor that says nothing of itself yet: how its input is
  /// normalised, and that its output is an embedding.
  ///
  /// - Throws: ``TFLiteError/tooLarge(bytes:)`` for a name beyond all files.
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

/// What is said of a classifier's input and output; what was said already stays, but for the range of its scores.
extension TensorMetadata {
  /// The tensor as an RGB picture: how it is normalised, and the range of the numbers that come of it.
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

  /// The tensor as one score a class.
  func describingScores(_ tensor: Tensor) -> TensorMetadata {
    var described = self
    described.name = name ?? "probability"
    described.content = content ?? TensorContent(.feature)
    described.stats = tensor.type.byteRange ?? TensorStats(max: [1], min: [0])
    return described
  }

  /// Takes out the labels of classes and the calibration of their scores; the names of the files that held them.
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
  /// What becomes of the bytes 0 and 255.
  fileprivate var range: TensorStats {
    let channels = (0..<max(mean.count, deviation.count)).map { channel($0) }
    return TensorStats(
      max: channels.map { (255 - $0.mean) / $0.deviation }, min: channels.map { (0 - $0.mean) / $0.deviation })
  }
}

extension TensorType {
  /// The range of the steps of a quantised tensor, or nil of any other.
  fileprivate var byteRange: TensorStats? {
    switch self {
    case .uint8: TensorStats(max: [255], min: [0])
    case .int8: TensorStats(max: [127], min: [-128])
    default: nil
    }
  }
}
