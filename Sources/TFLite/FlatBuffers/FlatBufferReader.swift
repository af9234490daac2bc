/// A reader of a FlatBuffers file that trusts none of its offsets and lengths.
///
/// Everything is checked before use: it must be within the file, be aligned for its type and, for a field, be within
/// its table. A budget keeps the memory used in proportion to the file: every value made here is charged to it, even if
/// several offsets point to the same bytes.
struct FlatBufferReader {
  /// A table that is within the file, and so is its list of fields.
  struct Table {
    let position: Int
    let size: Int
    let entries: Int
    let slots: Int
  }

  private enum Step {
    case field(String)
    case index(Int)
  }

  /// The file, to take slices from.
  let bytes: Bytes
  private let raw: UnsafeRawBufferPointer
  private var path: [Step] = []
  private var budget: Int
  private var referenced: Set<Range<Int>> = []
  private var referencedBudget: Int

  /// The places that hold something newer than the known schema, for the tables that record them here.
  private(set) var newerPlaces: [String] = []

  /// The position after the last byte that was read or referenced so far.
  private(set) var end = 8

  /// Creates a reader of `bytes`; `raw` are the same bytes, and the reader must not outlive them.
  init(bytes: Bytes, raw: UnsafeRawBufferPointer) {
    self.bytes = bytes
    self.raw = raw
    budget = raw.count.multipliedReportingOverflow(by: 16).partialValue + 1 << 20
    referencedBudget = raw.count.multipliedReportingOverflow(by: 2).partialValue
  }

  var count: Int { raw.count }

  func malformed(_ reason: String, at field: String? = nil) -> TFLiteError {
    .malformed(field: place(field), reason: reason)
  }

  private func place(_ field: String?) -> String {
    var place = ""
    for step in path + (field.map { [Step.field($0)] } ?? []) {
      switch step {
      case .field(let name): place += place.isEmpty ? name : ".\(name)"
      case .index(let index): place += "[\(index)]"
      }
    }
    return place.isEmpty ? "the start of the file" : place
  }

  /// Records that a field is newer than the known schema.
  mutating func noteNewer(_ field: Field) throws(TFLiteError) {
    let place = place(field.name)
    try charge(place.utf8.count + 32)
    newerPlaces.append(place)
  }

  /// Charges memory about to be used to the budget.
  mutating func charge(_ bytes: Int, for field: String? = nil) throws(TFLiteError) {
    budget -= bytes
    if budget < 0 { throw .outOfProportion(field: place(field)) }
  }

  /// Runs a closure whose errors name places inside a field.
  mutating func within<Result>(
    _ field: String, _ body: (inout FlatBufferReader) throws(TFLiteError) -> Result
  ) throws(TFLiteError) -> Result {
    path.append(.field(field))
    defer { path.removeLast() }
    return try body(&self)
  }

  func load<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type, at position: Int) -> Number? {
    guard position >= 0, position <= raw.count - MemoryLayout<Number>.size else { return nil }
    return Number(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: Number.self))
  }

  /// Returns the table at a position.
  mutating func table(at position: Int) throws(TFLiteError) -> Table {
    guard position % 4 == 0, let back = load(Int32.self, at: position) else {
      throw malformed("its table would be at byte \(position), outside the file's \(count) bytes or not aligned")
    }
    let vtable = position - Int(back)
    guard vtable % 2 == 0, let vtableSize = load(UInt16.self, at: vtable), let size = load(UInt16.self, at: vtable + 2)
    else { throw malformed("its list of fields would be at byte \(vtable), outside the file or not aligned") }
    guard vtableSize >= 4, vtableSize % 2 == 0, vtable + Int(vtableSize) <= count else {
      throw malformed("its list of fields claims \(vtableSize) bytes")
    }
    guard size >= 4, position + Int(size) <= count else {
      throw malformed("its table claims \(size) bytes from byte \(position), more than the file has")
    }
    use(until: max(position + Int(size), vtable + Int(vtableSize)))
    return Table(position: position, size: Int(size), entries: vtable + 4, slots: (Int(vtableSize) - 4) / 2)
  }

  /// Returns the stored fields of a table from slot `known` on.
  mutating func newerFields(_ table: Table, known: Int) throws(TFLiteError) -> FieldSet {
    var newer: FieldSet = []
    guard table.slots > known else { return newer }
    try charge(2 * (table.slots - known))
    for slot in known..<table.slots where entry(table, slot) != 0 { newer.insert(FieldSet(slot: slot)) }
    return newer
  }

  private func entry(_ table: Table, _ slot: Int) -> Int {
    slot < table.slots ? Int(load(UInt16.self, at: table.entries + 2 * slot) ?? 0) : 0
  }

  /// Returns the position of a field of `size` bytes, or nil if it is absent.
  private func position(_ table: Table, _ field: Field, size: Int) throws(TFLiteError) -> Int? {
    let entry = entry(table, field.slot)
    guard entry != 0 else { return nil }
    let position = table.position + entry
    guard entry >= 4, entry + size <= table.size else {
      throw malformed("it would be outside its table", at: field.name)
    }
    guard position % size == 0 else {
      throw malformed("it is at byte \(position), which is no multiple of its size of \(size)", at: field.name)
    }
    return position
  }

  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ table: Table, _ field: Field, standard: Number = 0
  ) throws(TFLiteError) -> Number {
    try storedNumber(table, field) ?? standard
  }

  func storedNumber<Number: FixedWidthInteger & BitwiseCopyable>(
    _ table: Table, _ field: Field
  ) throws(TFLiteError) -> Number? {
    try position(table, field, size: MemoryLayout<Number>.size).flatMap { load(Number.self, at: $0) }
  }

  func flag(_ table: Table, _ field: Field) throws(TFLiteError) -> Bool {
    let byte: UInt8 = try number(table, field)
    return byte != 0
  }

  /// Returns the position that a field points to, or nil if the field is absent.
  func target(_ table: Table, _ field: Field) throws(TFLiteError) -> Int? {
    guard let position = try position(table, field, size: 4) else { return nil }
    return try target(at: position, field.name)
  }

  private func target(at position: Int, _ name: String?) throws(TFLiteError) -> Int {
    let offset = Int(load(UInt32.self, at: position) ?? 0)
    guard offset != 0, offset <= count - position - 4 else {
      throw malformed("it points \(offset) bytes beyond byte \(position) in a file of \(count) bytes", at: name)
    }
    guard (position + offset) % 4 == 0 else {
      throw malformed("it points to byte \(position + offset), which is no multiple of 4", at: name)
    }
    return position + offset
  }

  /// Returns the range of the elements of a field's vector, or nil if the field is absent.
  mutating func elements(_ table: Table, _ field: Field, size: Int) throws(TFLiteError) -> Range<Int>? {
    guard let target = try target(table, field) else { return nil }
    return try elements(at: target, field, size: size)
  }

  private mutating func elements(at target: Int, _ field: Field, size: Int) throws(TFLiteError) -> Range<Int> {
    let elements = Int(load(UInt32.self, at: target) ?? 0)
    let start = target + 4
    let (length, overflow) = elements.multipliedReportingOverflow(by: size)
    guard !overflow, length <= count - start else {
      throw malformed("it claims \(elements) elements of \(size) bytes, more than the file has", at: field.name)
    }
    use(until: start + length)
    return start..<(start + length)
  }

  /// Returns the numbers of a vector, none if it is absent; records in `storedEmpty` if it is stored empty.
  mutating func numbers<Number: BitwiseCopyable>(
    _ table: Table, _ field: Field, _ storedEmpty: inout FieldSet
  ) throws(TFLiteError) -> [Number] {
    guard let range = try elements(table, field, size: MemoryLayout<Number>.size) else { return [] }
    guard !range.isEmpty else {
      storedEmpty.insert(FieldSet(slot: field.slot))
      return []
    }
    try charge(32 + range.count, for: field.name)
    return [Number](unsafeUninitializedCapacity: range.count / MemoryLayout<Number>.size) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(rebasing: raw[range]))
      initialized = range.count / MemoryLayout<Number>.size
    }
  }

  /// Returns the Booleans of a vector, none if it is absent; records in `storedEmpty` if it is stored empty.
  mutating func flags(
    _ table: Table, _ field: Field, _ storedEmpty: inout FieldSet
  ) throws(TFLiteError) -> [Bool] {
    let bytes: [UInt8] = try numbers(table, field, &storedEmpty)
    return bytes.map { $0 != 0 }
  }

  /// Returns the bytes of a vector by reference, or nil if it is absent.
  mutating func data(_ table: Table, _ field: Field, elementSize: Int = 1) throws(TFLiteError) -> Bytes? {
    guard let range = try elements(table, field, size: elementSize) else { return nil }
    return try slice(range, field.name)
  }

  /// Returns bytes of the file by reference.
  ///
  /// The total length of the distinct ranges is limited: many overlapping ranges would make the written file far larger
  /// than this one.
  mutating func slice(_ range: Range<Int>, _ field: String) throws(TFLiteError) -> Bytes {
    guard let slice = bytes.slice(range) else { throw malformed("it is outside the file", at: field) }
    if referenced.insert(range).inserted {
      try charge(64, for: field)
      referencedBudget -= range.count
      if referencedBudget < 0 { throw .outOfProportion(field: place(field)) }
    }
    return slice
  }

  /// Returns a string, or nil if it is absent.
  mutating func text(_ table: Table, _ field: Field) throws(TFLiteError) -> Text? {
    guard let target = try target(table, field) else { return nil }
    return try text(at: target, field)
  }

  private mutating func text(at target: Int, _ field: Field) throws(TFLiteError) -> Text {
    let range = try elements(at: target, field, size: 1)
    guard let terminator = load(UInt8.self, at: range.upperBound), terminator == 0 else {
      throw malformed("its text does not end with a zero byte", at: field.name)
    }
    use(until: range.upperBound + 1)
    return try Text(bytes: slice(range, field.name))
  }

  /// Returns the strings of a vector, none if it is absent.
  mutating func texts(_ table: Table, _ field: Field) throws(TFLiteError) -> [Text] {
    guard let range = try elements(table, field, size: 4) else { return [] }
    try charge((range.count / 4).multipliedReportingOverflow(by: MemoryLayout<Text>.stride).partialValue)
    var texts: [Text] = []
    for position in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      texts.append(try text(at: target(at: position, field.name), field))
    }
    return texts
  }

  /// Returns the table that a field points to, or nil if the field is absent.
  mutating func nested<Value: TableValue>(_ table: Table, _ field: Field) throws(TFLiteError) -> Value? {
    guard let target = try target(table, field) else { return nil }
    try charge(MemoryLayout<Value>.stride, for: field.name)
    path.append(.field(field.name))
    defer { path.removeLast() }
    return try Value(self.table(at: target), &self)
  }

  /// Returns the tables of a vector, none if it is absent.
  mutating func nestedTables<Value: TableValue>(
    _ table: Table, _ field: Field, _ storedEmpty: inout FieldSet
  ) throws(TFLiteError) -> [Value] {
    guard let range = try elements(table, field, size: 4) else { return [] }
    guard !range.isEmpty else {
      storedEmpty.insert(FieldSet(slot: field.slot))
      return []
    }
    let count = range.count / 4
    try charge(32 + count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride).partialValue, for: field.name)
    var values: [Value] = []
    values.reserveCapacity(count)
    path.append(.field(field.name))
    path.append(.index(0))
    defer { path.removeLast(2) }
    for index in 0..<count {
      path[path.count - 1] = .index(index)
      let target = try target(at: range.lowerBound + 4 * index, nil)
      values.append(try Value(self.table(at: target), &self))
    }
    return values
  }

  /// Records that the model uses the bytes before a position.
  mutating func use(until position: Int) { if position > end { end = position } }
}

extension FlatBufferReader {
  /// Returns the number of consecutive zero bytes from a position on.
  func zeros(from start: Int) -> Int {
    var position = start
    while let word = load(UInt64.self, at: position), word == 0 { position += 8 }
    while let byte = load(UInt8.self, at: position), byte == 0 { position += 1 }
    return position - start
  }
}

// The metadata tables do not distinguish empty vectors from absent ones, and record newer fields in ``newerPlaces``.
extension FlatBufferReader {
  /// Returns the tables of a vector, none if it is absent.
  mutating func tables<Value: TableValue>(_ table: Table, _ field: Field) throws(TFLiteError) -> [Value] {
    var storedEmpty: FieldSet = []
    return try nestedTables(table, field, &storedEmpty)
  }

  /// Returns the numbers of a vector, none if it is absent.
  mutating func numbers<Number: BitwiseCopyable>(_ table: Table, _ field: Field) throws(TFLiteError) -> [Number] {
    var storedEmpty: FieldSet = []
    return try numbers(table, field, &storedEmpty)
  }

  /// Records the stored fields of a table from slot `known` on as newer.
  mutating func noteNewerFields(_ table: Table, known: Int) throws(TFLiteError) {
    for slot in try newerFields(table, known: known).slots { try noteNewer(Field(slot, "field \(slot)")) }
  }
}
