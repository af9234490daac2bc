/// The options of `DEPTHWISE_CONV_2D`, a convolution of each channel by itself, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct DepthwiseConv2DOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.depthwiseConv2D

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
  public init(
    padding: Padding = .same, strideWidth: Int32 = 1, strideHeight: Int32 = 1, depthMultiplier: Int32 = 1,
    activation: ActivationFunction = .none, dilationWidth: Int32 = 1, dilationHeight: Int32 = 1
  ) {
    options = OperatorOptions(Self.kind)
    self.padding = padding
    self.strideWidth = strideWidth
    self.strideHeight = strideHeight
    self.depthMultiplier = depthMultiplier
    self.activation = activation
    self.dilationWidth = dilationWidth
    self.dilationHeight = dilationHeight
  }

  /// How the border of the input is treated.
  public var padding: Padding {
    get { Padding(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }

  /// The step of the window along the width.
  public var strideWidth: Int32 {
    get { options.int32(at: 1) }
    set { options.store(.integer(Int64(newValue)), at: 1) }
  }

  /// The step of the window along the height.
  public var strideHeight: Int32 {
    get { options.int32(at: 2) }
    set { options.store(.integer(Int64(newValue)), at: 2) }
  }

  /// How many channels each channel of the input becomes.
  public var depthMultiplier: Int32 {
    get { options.int32(at: 3) }
    set { options.store(.integer(Int64(newValue)), at: 3) }
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 4)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 4) }
  }

  /// The distance of the window's columns.
  public var dilationWidth: Int32 {
    get { options.int32(at: 5) }
    set { options.store(.integer(Int64(newValue)), at: 5) }
  }

  /// The distance of the window's rows.
  public var dilationHeight: Int32 {
    get { options.int32(at: 6) }
    set { options.store(.integer(Int64(newValue)), at: 6) }
  }
}
