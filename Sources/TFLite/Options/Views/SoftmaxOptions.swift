/// The options of `SOFTMAX`, a softmax: exp(beta · x) over its sum, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct SoftmaxOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.softmax

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
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
