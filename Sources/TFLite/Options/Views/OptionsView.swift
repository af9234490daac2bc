/// Options of one kind, with the fields as properties.
public protocol OptionsView: Sendable, Hashable {
  /// The kind of options that this is a view of.
  static var kind: OptionsKind { get }

  /// The options as an operator holds them.
  var options: OperatorOptions { get }

  /// The view of an operator's options, or nil where they are of another kind.
  init?(_ options: OperatorOptions)
}

extension OptionsView {
  /// The view of an operator's options, those of the schema where it has none; nil where they are of another kind.
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
