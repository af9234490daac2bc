import ModelSurgery
public import TFLite

extension SoftmaxRegression {
  /// The extractor with the trained layer and a softmax behind it: PyCoral's `serialize_model`, libcoral's
  /// `AppendLayersToEmbeddingExtractor`.
  ///
  /// Behind a quantised extractor the layer is quantised, its output over the range that the logits have on the training
  /// examples, where Coral takes that of all batches while training went on.
  ///
  /// - Parameter extractor: An embedding extractor, whose output is one vector of D elements.
  /// - Throws: ``HeadError/badSetting(name:value:needed:)`` before training; `SurgeryError`.
  public func model(behind extractor: Model) throws -> Model {
    guard let logitRange else {
      throw HeadError.badSetting(
        name: "the range of the logits", value: "unknown", needed: "training first: trainWithSGD finds it out")
    }
    var model = try extractor.appendingSoftmaxLayer(weights: weights, biases: biases, logits: logitRange)
    // What the model says of itself stays as it is where it is newer than the schema known here.
    try? model.describeClassifier(name: "Image classifier")
    return model
  }
}
