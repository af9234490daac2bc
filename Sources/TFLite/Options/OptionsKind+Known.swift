extension OptionsKind {
  /// `Conv2DOptions`.
  public static let conv2D = OptionsKind(union: .builtinOptions, number: 1)
  /// `DepthwiseConv2DOptions`.
  public static let depthwiseConv2D = OptionsKind(union: .builtinOptions, number: 2)
  /// `Pool2DOptions`.
  public static let pool2D = OptionsKind(union: .builtinOptions, number: 5)
  /// `FullyConnectedOptions`.
  public static let fullyConnected = OptionsKind(union: .builtinOptions, number: 8)
  /// `SoftmaxOptions`.
  public static let softmax = OptionsKind(union: .builtinOptions, number: 9)
  /// `ConcatenationOptions`.
  public static let concatenation = OptionsKind(union: .builtinOptions, number: 10)
  /// `AddOptions`.
  public static let add = OptionsKind(union: .builtinOptions, number: 11)
  /// `L2NormOptions`.
  public static let l2Norm = OptionsKind(union: .builtinOptions, number: 12)
  /// `ResizeBilinearOptions`.
  public static let resizeBilinear = OptionsKind(union: .builtinOptions, number: 15)
  /// `ReshapeOptions`.
  public static let reshape = OptionsKind(union: .builtinOptions, number: 17)
  /// `MulOptions`.
  public static let mul = OptionsKind(union: .builtinOptions, number: 21)
  /// `PadOptions`.
  public static let pad = OptionsKind(union: .builtinOptions, number: 22)
  /// `TransposeOptions`.
  public static let transpose = OptionsKind(union: .builtinOptions, number: 26)
  /// `ReducerOptions`.
  public static let reducer = OptionsKind(union: .builtinOptions, number: 27)
  /// `SubOptions`.
  public static let sub = OptionsKind(union: .builtinOptions, number: 28)
  /// `DivOptions`.
  public static let div = OptionsKind(union: .builtinOptions, number: 29)
  /// `SqueezeOptions`.
  public static let squeeze = OptionsKind(union: .builtinOptions, number: 30)
  /// `DequantizeOptions`.
  public static let dequantize = OptionsKind(union: .builtinOptions, number: 38)
  /// `QuantizeOptions`.
  public static let quantize = OptionsKind(union: .builtinOptions, number: 89)
  /// `HardSwishOptions`.
  public static let hardSwish = OptionsKind(union: .builtinOptions, number: 91)
}
