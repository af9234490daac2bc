@testable import TFLite

/// Metadata that uses every table of the schema.
enum SampleMetadata {
  static var metadata: ModelMetadata {
    var metadata = ModelMetadata()
    metadata.name = "everything"
    metadata.description = "größer\n漢字"
    metadata.version = "v2"
    metadata.author = "someone"
    metadata.license = "Apache 2.0"
    metadata.minParserVersion = "1.1.0"
    metadata.associatedFiles = [file("readme.txt", 1)]
    metadata.subgraphs = [graph, SubGraphMetadata()]
    return metadata
  }

  private static func file(_ name: Text, _ type: Int8) -> AssociatedFile {
    var file = AssociatedFile(name: name, type: AssociatedFileType(rawValue: type))
    file.description = "a file"
    file.locale = "en-US"
    file.version = "3"
    return file
  }

  private static var graph: SubGraphMetadata {
    var graph = SubGraphMetadata()
    graph.name = "main"
    graph.description = "what it does"
    graph.inputs = [picture, tensor(.audio(AudioProperties(sampleRate: 16000, channels: 2)))]
    graph.outputs = [scores, tensor(.feature), tensor(.empty(2)), TensorMetadata()]
    graph.associatedFiles = [file("graph.txt", 0)]
    graph.inputProcessUnits = [ProcessUnit(.bertTokenizer(bert)), ProcessUnit(.sentencePieceTokenizer(pieces))]
    graph.outputProcessUnits = [ProcessUnit(.regexTokenizer(pattern)), ProcessUnit(nil), ProcessUnit(.empty(3))]
    graph.inputTensorGroups = [TensorGroup(name: "group", tensorNames: ["image", "sound"])]
    graph.outputTensorGroups = [TensorGroup(name: nil, tensorNames: [])]
    graph.customMetadata = [CustomMetadata(name: "mine", data: [1, 2, 3, 4, 5])]
    return graph
  }

  private static func tensor(_ content: ContentProperties) -> TensorMetadata {
    var tensor = TensorMetadata()
    tensor.content = TensorContent(content)
    return tensor
  }

  private static var picture: TensorMetadata {
    var image = ImageProperties(colorSpace: .rgb)
    image.defaultSize = ImageSize(width: 320, height: 240)
    var picture = tensor(.image(image))
    picture.name = "image"
    picture.description = "a picture"
    picture.dimensionNames = ["batch", "height", "", "channel"]
    picture.content?.range = ValueRange(min: 1, max: 3)
    picture.processUnits = [
      ProcessUnit(.normalization(NormalizationOptions(mean: [123.5, 116.25, 103.75], std: [58.5, 57, 57.5])))
    ]
    picture.stats = TensorStats(max: [2.5], min: [-2, -2.25, -1.75])
    return picture
  }

  private static var scores: TensorMetadata {
    var box = BoundingBoxProperties()
    box.index = [1, 0, 3, 2]
    box.type = 2
    box.coordinateType = 1
    var scores = tensor(.boundingBox(box))
    scores.processUnits = [
      ProcessUnit(.scoreCalibration(ScoreCalibrationOptions(transformation: 1, defaultScore: 0.25))),
      ProcessUnit(.scoreThresholding(ScoreThresholdingOptions(threshold: 0.5))),
    ]
    scores.associatedFiles = [file("labels.txt", 2), file("more.txt", 99)]
    return scores
  }

  private static var bert: BertTokenizerOptions {
    var options = BertTokenizerOptions()
    options.vocabularies = [file("words.txt", 5)]
    return options
  }

  private static var pieces: SentencePieceTokenizerOptions {
    var options = SentencePieceTokenizerOptions()
    options.models = [file("pieces.model", 0)]
    options.vocabularies = [file("pieces.txt", 5)]
    return options
  }

  private static var pattern: RegexTokenizerOptions {
    var options = RegexTokenizerOptions()
    options.pattern = "[^\\w]+"
    options.vocabularies = [file("words.txt", 5)]
    return options
  }
}
