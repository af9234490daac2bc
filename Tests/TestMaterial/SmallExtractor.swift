public import ModelSurgery
public import TFLite

/// An extractor small enough to compute by hand: the mean colours of the quarters of a picture of 4x4
/// pixels, twelve elements.
public enum SmallExtractor {
  /// Returns the model. Its input and its output have the encoding.
  public static func model(_ encoding: ElementEncoding) throws -> Model {
    var builder = GraphBuilder()
    let picture = try builder.input("picture", shape: [1, 4, 4, 3], encoding: encoding)
    let pooled = try builder.averagePool(
      picture,
      options: Pool2DOptions(padding: .valid, strideWidth: 2, strideHeight: 2, filterWidth: 2, filterHeight: 2),
      name: "pooled")
    return builder.finish(with: try builder.reshape(pooled, to: [1, 12], name: "colours", shapeName: "shape"))
  }
}
