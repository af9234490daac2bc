/// The options of `ADD`, a sum by element, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct AddOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.add

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
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
