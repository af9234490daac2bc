/// The options of `MEAN`, `SUM` and the like, a reduction along some dimensions, by name.
///
/// Fields that have no name here stay as they are in ``options``.
public struct ReducerOptions: OptionsView {
  /// The kind of options that this is a view of.
  public static let kind = OptionsKind.reducer

  /// The options as an operator holds them.
  public private(set) var options: OperatorOptions

  /// The view of an operator's options, or nil where they are of another kind.
  public init?(_ options: OperatorOptions) {
    guard options.kind == Self.kind else { return nil }
    self.options = options
  }

  /// New options; the parameters are the properties of the same names.
  public init(keepsDimensions: Bool = false) {
    options = OperatorOptions(Self.kind)
    self.keepsDimensions = keepsDimensions
  }

  /// Whether the reduced dimensions stay, with the size 1.
  public var keepsDimensions: Bool {
    get { options.flag(at: 0) }
    set { options.store(.flag(newValue), at: 0) }
  }
}
