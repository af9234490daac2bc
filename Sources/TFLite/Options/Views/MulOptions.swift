/// The options of `MUL`, a product by element, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct MulOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.mul

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
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
