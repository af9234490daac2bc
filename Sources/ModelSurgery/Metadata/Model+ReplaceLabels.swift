import TFLite

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
