/// The options of `AVERAGE_POOL_2D`, `MAX_POOL_2D` and `L2_POOL_2D`, a pooling, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct Pool2DOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.pool2D

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
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
