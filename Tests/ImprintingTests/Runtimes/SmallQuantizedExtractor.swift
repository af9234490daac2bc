import ModelSurgery
import TFLite

/// A small int8 extractor: it averages the quarters of an 8x8 picture, applies a 1x1 convolution and returns a vector of
/// 16 elements.
enum SmallQuantizedExtractor {
  static func model() throws -> Model {
    let picture = ElementEncoding.int8(scale: 1 / 128, zeroPoint: 0)
    let kernel = ElementEncoding.int8(scale: 1 / 127, zeroPoint: 0)
    let features = ElementEncoding.int8(scale: 1 / 64, zeroPoint: -128)
    var builder = GraphBuilder()
    let input = try builder.input("picture", shape: [1, 8, 8, 3], encoding: picture)
    let pooled = try builder.averagePool(
      input,
      options: Pool2DOptions(padding: .valid, strideWidth: 4, strideHeight: 4, filterWidth: 4, filterHeight: 4),
      name: "pooled")
    // The four filters weigh red, green, blue and brightness.
    let rows: [Float] = [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1, 0.6, 0.6, 0.6]
    let weights = try builder.constant(
      "weights", shape: [4, 1, 1, 3], encoding: kernel, contents: Bytes(kernel.encode(rows)))
    let biases = try builder.integers(
      "biases", [4000, 4000, 4000, 8000],
      quantization: QuantizationParameters(scale: picture.unit * kernel.unit, zeroPoint: 0))
    let convolved = try builder.conv2D(
      pooled, kernel: weights, bias: biases, options: Conv2DOptions(activation: .relu), encoding: features,
      name: "features")
    return builder.finish(
      with: try builder.reshape(convolved, to: [1, 1, 1, 16], name: "embedding", shapeName: "shape"))
  }
}
