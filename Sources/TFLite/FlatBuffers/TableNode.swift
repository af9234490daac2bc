/// A table to be written, with everything that it points to.
struct TableNode {
  /// The content of a field.
  enum Content {
    /// A number of 1, 2, 4 or 8 bytes, little-endian.
    case number(UInt64, size: Int)
    /// A vector of numbers of `size` bytes, little-endian.
    case numbers([UInt8], size: Int)
    /// A vector of `count` elements, by reference; the position of the first is a multiple of `alignment`.
    case data(Bytes, count: Int, alignment: Int)
    /// A string, by reference.
    case text(Text)
    /// A vector of strings, by reference.
    case texts([Text])
    /// Another table.
    indirect case table(TableNode)
    /// A vector of tables.
    case tables([TableNode])
    /// The offset in the file of data outside the flatbuffer.
    case place(Bytes)

    /// The number of bytes that the content, or the offset to it, takes within the table.
    var size: Int {
      switch self {
      case .number(_, let size): size
      case .place: 8
      case .numbers, .data, .text, .texts, .table, .tables: 4
      }
    }
  }

  /// A field that is stored.
  struct StoredField {
    let slot: Int
    let content: Content
  }

  private(set) var fields: [StoredField] = []

  /// Adds a number, unless it is the field's default.
  mutating func add<Number: FixedWidthInteger>(_ field: Field, _ number: Number, standard: Number = 0) {
    if number != standard { addStored(field.slot, number) }
  }

  /// Adds a number, even if it is the field's default.
  mutating func addStored<Number: FixedWidthInteger>(_ slot: Int, _ number: Number) {
    append(slot, .number(UInt64(truncatingIfNeeded: number), size: MemoryLayout<Number>.size))
  }

  mutating func add(_ field: Field, _ flag: Bool) { add(field, flag ? 1 : 0 as UInt8) }

  mutating func add(_ field: Field, _ text: Text?) {
    if let text { append(field.slot, .text(text)) }
  }

  /// Adds a vector of strings, unless it is empty.
  mutating func add(_ field: Field, _ texts: [Text]) {
    if !texts.isEmpty { append(field.slot, .texts(texts)) }
  }

  /// Adds a vector of numbers; an empty one only where `storedEmpty` contains the field.
  mutating func add<Number: FixedWidthInteger>(_ field: Field, _ numbers: [Number], _ storedEmpty: FieldSet) {
    if isStored(field, numbers.isEmpty, storedEmpty) { addStored(field.slot, numbers) }
  }

  mutating func add(_ field: Field, _ numbers: [Float], _ storedEmpty: FieldSet) {
    if isStored(field, numbers.isEmpty, storedEmpty) { addStored(field.slot, numbers.map(\.bitPattern)) }
  }

  mutating func add(_ field: Field, _ flags: [Bool], _ storedEmpty: FieldSet) {
    if isStored(field, flags.isEmpty, storedEmpty) { addStored(field.slot, flags.map { $0 ? 1 : 0 as UInt8 }) }
  }

  mutating func addStored<Number: FixedWidthInteger>(_ slot: Int, _ numbers: [Number]) {
    append(slot, .numbers(numbers.withUnsafeBytes { Array($0) }, size: MemoryLayout<Number>.size))
  }

  /// Adds a vector of bytes, or of wider elements, by reference.
  mutating func add(_ field: Field, _ data: Bytes?, elementSize: Int = 1, alignment: Int = 4) {
    guard let data else { return }
    append(field.slot, .data(data, count: data.count / elementSize, alignment: alignment))
  }

  mutating func add(_ field: Field, _ value: (some TableValue)?) {
    if let value { add(field.slot, value.node) }
  }

  mutating func add(_ slot: Int, _ node: TableNode) { append(slot, .table(node)) }

  mutating func add(_ field: Field, _ values: [some TableValue], _ storedEmpty: FieldSet) {
    if isStored(field, values.isEmpty, storedEmpty) { append(field.slot, .tables(values.map(\.node))) }
  }

  /// Adds the offset of data outside the flatbuffer, which the writer fills in once the layout is complete.
  mutating func add(_ field: Field, placeOf data: Bytes) { append(field.slot, .place(data)) }

  private mutating func append(_ slot: Int, _ content: Content) {
    fields.append(StoredField(slot: slot, content: content))
  }

  private func isStored(_ field: Field, _ isEmpty: Bool, _ storedEmpty: FieldSet) -> Bool {
    !isEmpty || storedEmpty.contains(FieldSet(slot: field.slot))
  }
}

/// A field of a table: its slot and name in the schema.
struct Field: Sendable {
  let slot: Int
  let name: String

  init(_ slot: Int, _ name: String) {
    self.slot = slot
    self.name = name
  }
}

/// A value that is stored as a table of the schema.
protocol TableValue {
  /// Reads the value from a table and verifies it.
  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError)

  /// The value as a table to be written.
  var node: TableNode { get }
}
