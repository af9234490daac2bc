/// A set of a table's fields, by their position in the schema.
///
/// Each table of the schema carries two: `storedEmpty` names the vectors that the file stores with no element (a vector
/// that is simply absent reads as empty too, and is not named), and `newerFields` those beyond the schema known here.
public struct FieldSet: OptionSet, Sendable, Hashable {
  /// One bit a field; the last one stands for all fields from the 64th on.
  public let rawValue: UInt64

  /// The set of the fields whose bits are set.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The set of one field.
  ///
  /// - Parameter slot: The field's position in the table's vtable, from 0; negative ones make an empty set.
  public init(slot: Int) { self.init(rawValue: slot < 0 ? 0 : 1 << UInt64(min(slot, 63))) }

  /// The positions of the fields, ascending.
  public var slots: [Int] { (0..<64).filter { contains(FieldSet(slot: $0)) } }
}
