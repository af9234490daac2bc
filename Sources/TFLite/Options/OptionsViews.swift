/// Options of one kind, with the fields as properties.
///
/// Fields without a property keep their values in ``options``.
public protocol OptionsView: Sendable, Hashable {
  /// The kind of options that the view shows.
  static var kind: OptionsKind { get }

  /// The options as an operator holds them.
  var options: OperatorOptions { get }

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  init?(_ options: OperatorOptions)
}

extension OptionsView {
  /// Creates a view of an operator's options, or of the schema's defaults if it has none; returns nil if the options
  /// are of another kind.
  public init?(of op: Operator) { self.init(op.options ?? OperatorOptions(Self.kind)) }
}

extension OperatorOptions {
  func int8(at slot: Int) -> Int8 { Int8(truncatingIfNeeded: int64(at: slot)) }
  func int32(at slot: Int) -> Int32 { Int32(truncatingIfNeeded: int64(at: slot)) }
  func flag(at slot: Int) -> Bool { value(at: slot) == .flag(true) }

  func float(at slot: Int) -> Float {
    if case .real(let value)? = value(at: slot) { value } else { 0 }
  }

  func int32s(at slot: Int) -> [Int32] {
    if case .integers(let values)? = value(at: slot) { values.map(Int32.init(truncatingIfNeeded:)) } else { [] }
  }

  private func int64(at slot: Int) -> Int64 {
    if case .integer(let value)? = value(at: slot) { value } else { 0 }
  }
}

/// The options of `CONV_2D`, a two-dimensional convolution.
public struct Conv2DOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.conv2D

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(
    padding: Padding = .same, strideWidth: Int32 = 1, strideHeight: Int32 = 1, activation: ActivationFunction = .none,
    dilationWidth: Int32 = 1, dilationHeight: Int32 = 1
  ) {
    options = OperatorOptions(Self.kind)
    self.padding = padding
    self.strideWidth = strideWidth
    self.strideHeight = strideHeight
    self.activation = activation
    self.dilationWidth = dilationWidth
    self.dilationHeight = dilationHeight
  }

  /// The padding of the input.
  public var padding: Padding {
    get { Padding(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }

  /// The stride along the width.
  public var strideWidth: Int32 {
    get { options.int32(at: 1) }
    set { options.store(.integer(Int64(newValue)), at: 1) }
  }

  /// The stride along the height.
  public var strideHeight: Int32 {
    get { options.int32(at: 2) }
    set { options.store(.integer(Int64(newValue)), at: 2) }
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 3)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 3) }
  }

  /// The dilation along the width.
  public var dilationWidth: Int32 {
    get { options.int32(at: 4) }
    set { options.store(.integer(Int64(newValue)), at: 4) }
  }

  /// The dilation along the height.
  public var dilationHeight: Int32 {
    get { options.int32(at: 5) }
    set { options.store(.integer(Int64(newValue)), at: 5) }
  }
}

/// The options of `DEPTHWISE_CONV_2D`, a separate convolution of each channel.
public struct DepthwiseConv2DOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.depthwiseConv2D

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
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

  /// The padding of the input.
  public var padding: Padding {
    get { Padding(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }

  /// The stride along the width.
  public var strideWidth: Int32 {
    get { options.int32(at: 1) }
    set { options.store(.integer(Int64(newValue)), at: 1) }
  }

  /// The stride along the height.
  public var strideHeight: Int32 {
    get { options.int32(at: 2) }
    set { options.store(.integer(Int64(newValue)), at: 2) }
  }

  /// The number of output channels for each input channel.
  public var depthMultiplier: Int32 {
    get { options.int32(at: 3) }
    set { options.store(.integer(Int64(newValue)), at: 3) }
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 4)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 4) }
  }

  /// The dilation along the width.
  public var dilationWidth: Int32 {
    get { options.int32(at: 5) }
    set { options.store(.integer(Int64(newValue)), at: 5) }
  }

  /// The dilation along the height.
  public var dilationHeight: Int32 {
    get { options.int32(at: 6) }
    set { options.store(.integer(Int64(newValue)), at: 6) }
  }
}

/// The options of `AVERAGE_POOL_2D`, `MAX_POOL_2D` and `L2_POOL_2D`, a pooling.
public struct Pool2DOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.pool2D

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(
    padding: Padding = .same, strideWidth: Int32 = 1, strideHeight: Int32 = 1, filterWidth: Int32,
    filterHeight: Int32, activation: ActivationFunction = .none
  ) {
    options = OperatorOptions(Self.kind)
    self.padding = padding
    self.strideWidth = strideWidth
    self.strideHeight = strideHeight
    self.filterWidth = filterWidth
    self.filterHeight = filterHeight
    self.activation = activation
  }

  /// The padding of the input.
  public var padding: Padding {
    get { Padding(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }

  /// The stride along the width.
  public var strideWidth: Int32 {
    get { options.int32(at: 1) }
    set { options.store(.integer(Int64(newValue)), at: 1) }
  }

  /// The stride along the height.
  public var strideHeight: Int32 {
    get { options.int32(at: 2) }
    set { options.store(.integer(Int64(newValue)), at: 2) }
  }

  /// The width of the window.
  public var filterWidth: Int32 {
    get { options.int32(at: 3) }
    set { options.store(.integer(Int64(newValue)), at: 3) }
  }

  /// The height of the window.
  public var filterHeight: Int32 {
    get { options.int32(at: 4) }
    set { options.store(.integer(Int64(newValue)), at: 4) }
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 5)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 5) }
  }
}

/// The options of `FULLY_CONNECTED`, a fully connected layer.
public struct FullyConnectedOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.fullyConnected

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(
    activation: ActivationFunction = .none, weightsFormat: WeightsFormat = .standard, keepsDimensions: Bool = false,
    quantizesInputsAsymmetrically: Bool = false
  ) {
    options = OperatorOptions(Self.kind)
    self.activation = activation
    self.weightsFormat = weightsFormat
    self.keepsDimensions = keepsDimensions
    self.quantizesInputsAsymmetrically = quantizesInputsAsymmetrically
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }

  /// The layout of the weights in their buffer.
  public var weightsFormat: WeightsFormat {
    get { WeightsFormat(rawValue: options.int8(at: 1)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 1) }
  }

  /// Whether the result has as many dimensions as the input.
  public var keepsDimensions: Bool {
    get { options.flag(at: 2) }
    set { options.store(.flag(newValue), at: 2) }
  }

  /// Whether float inputs are quantised with a zero point if the weights are quantised.
  public var quantizesInputsAsymmetrically: Bool {
    get { options.flag(at: 3) }
    set { options.store(.flag(newValue), at: 3) }
  }
}

/// The options of `SOFTMAX`, a softmax: exp(beta · x), divided by its sum.
public struct SoftmaxOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.softmax

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(beta: Float = 1) {
    options = OperatorOptions(Self.kind)
    self.beta = beta
  }

  /// The factor of the logits.
  public var beta: Float {
    get { options.float(at: 0) }
    set { options.store(.real(newValue), at: 0) }
  }
}

/// The options of `ADD`, an element-wise sum.
public struct AddOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.add

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(activation: ActivationFunction = .none, scalesAsPowersOfTwo: Bool = true) {
    options = OperatorOptions(Self.kind)
    self.activation = activation
    self.scalesAsPowersOfTwo = scalesAsPowersOfTwo
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }

  /// Whether 16-bit scales are powers of two.
  public var scalesAsPowersOfTwo: Bool {
    get { options.flag(at: 1) }
    set { options.store(.flag(newValue), at: 1) }
  }
}

/// The options of `MUL`, an element-wise product.
public struct MulOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.mul

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(activation: ActivationFunction = .none) {
    options = OperatorOptions(Self.kind)
    self.activation = activation
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }
}

/// The options of `CONCATENATION`, a concatenation.
public struct ConcatenationOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.concatenation

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(axis: Int32, activation: ActivationFunction = .none) {
    options = OperatorOptions(Self.kind)
    self.axis = axis
    self.activation = activation
  }

  /// The dimension along which the tensors are joined; a negative one counts from the last.
  public var axis: Int32 {
    get { options.int32(at: 0) }
    set { options.store(.integer(Int64(newValue)), at: 0) }
  }

  /// The activation applied to the result.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 1)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 1) }
  }
}

/// The options of `RESHAPE`, a change of shape.
public struct ReshapeOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.reshape

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(newShape: [Int32]) {
    options = OperatorOptions(Self.kind)
    self.newShape = newShape
  }

  /// The new shape, with -1 for at most one dimension, which is computed from the other dimensions. The operator's
  /// second input, if present, takes precedence.
  public var newShape: [Int32] {
    get { options.int32s(at: 0) }
    set { options.store(.integers(newValue.map(Int64.init)), at: 0) }
  }
}

/// The options of `MEAN`, `SUM` and the like, a reduction along some dimensions.
public struct ReducerOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.reducer

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(keepsDimensions: Bool = false) {
    options = OperatorOptions(Self.kind)
    self.keepsDimensions = keepsDimensions
  }

  /// Whether the reduced dimensions stay, with size 1.
  public var keepsDimensions: Bool {
    get { options.flag(at: 0) }
    set { options.store(.flag(newValue), at: 0) }
  }
}

/// The options of `L2_NORMALIZATION`, a division by the Euclidean norm along the last dimension.
public struct L2NormOptions: OptionsView {
  /// The kind of options that the view shows.
  public static let kind = OptionsKind.l2Norm

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// Creates a view of an operator's options, or returns nil if they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// Creates options; each parameter sets the property of the same name.
  public init(activation: ActivationFunction = .none) {
    options = OperatorOptions(Self.kind)
    self.activation = activation
  }

  /// The activation; runtimes ignore it.
  public var activation: ActivationFunction {
    get { ActivationFunction(rawValue: options.int8(at: 0)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 0) }
  }
}
