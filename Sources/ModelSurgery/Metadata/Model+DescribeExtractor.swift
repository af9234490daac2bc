import TFLite

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
