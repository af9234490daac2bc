/// The options of `FULLY_CONNECTED`, a fully connected layer, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct FullyConnectedOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.fullyConnected

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
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

  /// How the weights lie in their buffer.
  public var weightsFormat: WeightsFormat {
    get { WeightsFormat(rawValue: options.int8(at: 1)) }
    set { options.store(.integer(Int64(newValue.rawValue)), at: 1) }
  }

  /// Whether the result has as many dimensions as the input.
  public var keepsDimensions: Bool {
    get { options.flag(at: 2) }
    set { options.store(.flag(newValue), at: 2) }
  }

  /// Whether float inputs to quantised weights are quantised with a zero point.
  public var quantizesInputsAsymmetrically: Bool {
    get { options.flag(at: 3) }
    set { options.store(.flag(newValue), at: 3) }
  }
}
