import TFLite

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
