import ModelSurgery
public import TFLite

/// An extractor of two convolutions whose weights the runtime packs: 8x8 pixels, 32 elements.
public enum ConvolutionExtractor {
  /// Returns an extractor of float32, or of uint8.
  public static func model(isFloat: Bool) throws -> Model {
    func encoding(_ scale: Float, zeroPoint: Int = 128) -> ElementEncoding {
      isFloat ? .float32 : .uint8(scale: scale, zeroPoint: zeroPoint)
    }
    var builder = GraphBuilder()
    var unit: Float = 1 / 128
    var last = try builder.input("picture", shape: [1, 8, 8, 3], encoding: encoding(unit))
    for layer in 0..<2 {
      let (count, kernel, output) = (32 * 9 * Int(last.shape[3]), encoding(1 / 512), encoding(1 / 64, zeroPoint: 0))
      let weights = (0..<count).map { Float(($0 * 37 + layer) % 101 - 50) / 512 }
      let biases = (0..<32).map { Float($0 % 7) / 16 }
      let bias =
        isFloat
        ? try builder.constant("bias \(layer)", shape: [32], encoding: .float32, contents: Bytes(kernel.encode(biases)))
        : try builder.integers(
          "bias \(layer)", biases.map { Int32($0 / (unit * kernel.unit)) },
          quantization: QuantizationParameters(scale: unit * kernel.unit, zeroPoint: 0))
      last = try builder.conv2D(
        last,
        kernel: builder.constant(
          "kernel \(layer)", shape: [32, 3, 3, last.shape[3]], encoding: kernel, contents: Bytes(kernel.encode(weights))
        ),
        bias: bias, options: Conv2DOptions(padding: .valid, activation: .relu), encoding: output,
        name: "convolution \(layer)")
      unit = 1 / 64
    }
    let pooled = try builder.averagePool(
      last, options: Pool2DOptions(padding: .valid, strideWidth: 4, strideHeight: 4, filterWidth: 4, filterHeight: 4),
      name: "pooled")
    return builder.finish(with: try builder.reshape(pooled, to: [1, 32], name: "embedding", shapeName: "shape"))
  }
}
