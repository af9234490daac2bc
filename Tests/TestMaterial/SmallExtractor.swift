public import ModelSurgery
public import TFLite

/// Extractors small enough to compute by hand, of a picture of 4x4 pixels.
public enum SmallExtractor {
  /// Returns an extractor of the mean colours of the picture's quarters, twelve elements. Its input and its output have the
  /// encoding.
  public static func model(_ encoding: ElementEncoding) throws -> Model {
    try averages(encoding, window: 2, elements: 12, name: "colours")
  }

  /// Returns an extractor of the mean colour of the picture, three elements. Its input and its output have the encoding.
  public static func meanColour(_ encoding: ElementEncoding = .float32) throws -> Model {
    try averages(encoding, window: 4, elements: 3, name: "colour")
  }

  private static func averages(
    _ encoding: ElementEncoding, window: Int32, elements: Int32, name: String
  ) throws -> Model {
    var builder = GraphBuilder()
    let picture = try builder.input("picture", shape: [1, 4, 4, 3], encoding: encoding)
    let pooled = try builder.averagePool(
      picture,
      options: Pool2DOptions(
        padding: .valid, strideWidth: window, strideHeight: window, filterWidth: window, filterHeight: window),
      name: "pooled")
    return builder.finish(
      with: try builder.reshape(pooled, to: [1, elements], name: name, shapeName: "shape"))
  }
}
