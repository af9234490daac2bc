/// The options of `RESHAPE`, a change of shape, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct ReshapeOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.reshape

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
  public init(newShape: [Int32]) {
    options = OperatorOptions(Self.kind)
    self.newShape = newShape
  }

  /// The new shape, -1 for at most one dimension that follows from the others; it yields to the operator's second
  /// input.
  public var newShape: [Int32] {
    get { options.int32s(at: 0) }
    set { options.store(.integers(newValue.map(Int64.init)), at: 0) }
  }
}
