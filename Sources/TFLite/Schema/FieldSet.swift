/// A set of a table's fields, by their position in the schema.
///
/// Tables use two: `storedEmpty` has the vectors that the file stores empty (an absent vector reads as empty too, but is
/// not in the set), and `newerFields` has the fields beyond the known schema.
public struct FieldSet: OptionSet, Sendable, Hashable {
  /// One bit for each field; the last stands for all fields from the 64th on.
  public let rawValue: UInt64

  /// Creates the set of the fields whose bits are set.
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Creates the set of one field.
  ///
  /// - Parameter slot: The field's position in the table's vtable, from 0; a negative one gives the empty set.
  public init(slot: Int) { self.init(rawValue: slot < 0 ? 0 : 1 << UInt64(min(slot, 63))) }

  /// The positions of the fields, in ascending order.
  public var slots: [Int] { (0..<64).filter { contains(FieldSet(slot: $0)) } }
}
