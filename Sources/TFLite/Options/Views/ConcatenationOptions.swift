/// The options of `CONCATENATION`, a concatenation, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct ConcatenationOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.concatenation

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
  public init(axis: Int32, activation: ActivationFunction = .none) {
    options = OperatorOptions(Self.kind)
    self.axis = axis
    self.activation = activation
  }

  /// The dimension along which tensors are put together; negative ones count from the last.
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
