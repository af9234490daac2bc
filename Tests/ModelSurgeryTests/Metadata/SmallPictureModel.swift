import ModelSurgery
import TFLite

/// A model that gives the mean colour of a picture of 4x4 pixels, in three classes.
enum SmallPictureModel {
  static func model(_ encoding: ElementEncoding = .float32) throws -> Model {
    var builder = GraphBuilder()
    let picture = try builder.input("picture", shape: [1, 4, 4, 3], encoding: encoding)
    let pooled = try builder.averagePool(
      picture,
      options: Pool2DOptions(padding: .valid, strideWidth: 4, strideHeight: 4, filterWidth: 4, filterHeight: 4),
      name: "pooled")
    return builder.finish(with: try builder.reshape(pooled, to: [1, 3], name: "colour", shapeName: "shape"))
  }
}
