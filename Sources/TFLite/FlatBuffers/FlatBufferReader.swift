/// Reads tables of a FlatBuffers file, every one of whose offsets and lengths may be a lie.
///
/// Each thing is checked before it is used: that it lies within the file, where its type's alignment demands, and, for
/// the fields of a table, within that table. Memory is kept in proportion to the file by a budget that everything made
/// here is charged to; looking at bytes again and again costs as much as having more of them.
struct FlatBufferReader {
  /// A table whose own bytes and whose list of fields are known to lie within the file.
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

  /// The file, for slices of it.
  let bytes: Bytes
  private let raw: UnsafeRawBufferPointer
  private var path: [Step] = []
  private var budget: Int
  private var referenced: Set<Range<Int>> = []
  private var referencedBudget: Int

  /// Where something was found that is newer than the schema known here, of tables that note it here.
  private(set) var newerPlaces: [String] = []

  /// One past the last byte that anything read so far uses.
  private(set) var end = 8

  /// A reader of the bytes at `raw`, which are those of `bytes`, for as long as `raw` is valid.
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

  /// Notes that a field is newer than the schema known here.
  mutating func noteNewer(_ field: Field) throws(TFLiteError) {
    let place = place(field.name)
    try charge(place.utf8.count + 32)
    newerPlaces.append(place)
  }

  /// Charges memory that is about to be used to the budget.
  mutating func charge(_ bytes: Int, for field: String? = nil) throws(TFLiteError) {
    budget -= bytes
    if budget < 0 { throw .outOfProportion(field: place(field)) }
  }

  /// Runs a closure whose errors are to name what is inside a field.
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

  /// The table at a position.
  mutating func table(at position: Int) throws(TFLiteError) -> Table {
    guard position % 4 == 0, let back = load(Int32.self, at: position) else {
      throw malformed("its table would be at byte \(position), outside the file's \(count) bytes or at an odd place")
    }
    let vtable = position - Int(back)
    guard vtable % 2 == 0, let vtableSize = load(UInt16.self, at: vtable), let size = load(UInt16.self, at: vtable + 2)
    else { throw malformed("its list of fields would be at byte \(vtable), outside the file or at an odd place") }
    guard vtableSize >= 4, vtableSize % 2 == 0, vtable + Int(vtableSize) <= count else {
      throw malformed("its list of fields claims \(vtableSize) bytes")
    }
    guard size >= 4, position + Int(size) <= count else {
      throw malformed("its table claims \(size) bytes from byte \(position), more than the file has")
    }
    use(until: max(position + Int(size), vtable + Int(vtableSize)))
    return Table(position: position, size: Int(size), entries: vtable + 4, slots: (Int(vtableSize) - 4) / 2)
  }

  /// The fields of a table from `known` on that are stored.
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

  /// Where a field of `size` bytes lies, or nil where it is absent.
  private func position(_ table: Table, _ field: Field, size: Int) throws(TFLiteError) -> Int? {
    let entry = entry(table, field.slot)
    guard entry != 0 else { return nil }
    let position = table.position + entry
    guard entry >= 4, entry + size <= table.size else {
      throw malformed("it would lie outside its table", at: field.name)
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

  /// Where the thing is that a field points to, or nil where the field is absent.
  func target(_ table: Table, _ field: Field) throws(TFLiteError) -> Int? {
    guard let position = try position(table, field, size: 4) else { return nil }
    return try target(at: position, field.name)
  }

  private func target(at position: Int, _ name: String?) throws(TFLiteError) -> Int {
    let offset = Int(load(UInt32.self, at: position) ?? 0)
    guard offset != 0, offset <= count - position - 4 else {
      throw malformed("it points \(offset) bytes on from byte \(position) of \(count)", at: name)
    }
    guard (position + offset) % 4 == 0 else {
      throw malformed("it points to byte \(position + offset), which is no multiple of 4", at: name)
    }
    return position + offset
  }

  /// Where the elements of a vector lie that a field points to, or nil where the field is absent.
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
    guard start % size == 0 || length == 0 else {
      throw malformed("its \(size)-byte elements begin at byte \(start), an odd place", at: field.name)
    }
    use(until: start + length)
    return start..<(start + length)
  }

  /// The numbers of a vector, none where it is absent; one that is stored with none is noted in `storedEmpty`.
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

  /// The truth values of a vector, none where it is absent; one that is stored with none is noted in `storedEmpty`.
  mutating func flags(
    _ table: Table, _ field: Field, _ storedEmpty: inout FieldSet
  ) throws(TFLiteError) -> [Bool] {
    let bytes: [UInt8] = try numbers(table, field, &storedEmpty)
    return bytes.map { $0 != 0 }
  }

  /// The elements of a vector by reference, or nil where it is absent.
  mutating func data(_ table: Table, _ field: Field, elementSize: Int = 1) throws(TFLiteError) -> Bytes? {
    guard let range = try elements(table, field, size: elementSize) else { return nil }
    return try slice(range, field.name)
  }

  /// Bytes of the file by reference.
  ///
  /// What is referred to is counted, each run once: runs that overlap in many ways would make a written file that is out
  /// of proportion to this one.
  mutating func slice(_ range: Range<Int>, _ field: String) throws(TFLiteError) -> Bytes {
    guard let slice = bytes.slice(range) else { throw malformed("it lies outside the file", at: field) }
    if referenced.insert(range).inserted {
      try charge(64, for: field)
      referencedBudget -= range.count
      if referencedBudget < 0 { throw .outOfProportion(field: place(field)) }
    }
    return slice
  }

  /// A string, or nil where it is absent.
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

  /// The strings of a vector; none where it is absent.
  mutating func texts(_ table: Table, _ field: Field) throws(TFLiteError) -> [Text] {
    guard let range = try elements(table, field, size: 4) else { return [] }
    try charge((range.count / 4).multipliedReportingOverflow(by: MemoryLayout<Text>.stride).partialValue)
    var texts: [Text] = []
    for position in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      texts.append(try text(at: target(at: position, field.name), field))
    }
    return texts
  }

  /// The table that a field points to, or nil where the field is absent.
  mutating func nested<Value: TableValue>(_ table: Table, _ field: Field) throws(TFLiteError) -> Value? {
    guard let target = try target(table, field) else { return nil }
    try charge(MemoryLayout<Value>.stride, for: field.name)
    path.append(.field(field.name))
    defer { path.removeLast() }
    return try Value(self.table(at: target), &self)
  }

  /// The tables of a vector; none where the vector is absent.
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

  /// Notes that the bytes before a position belong to the model.
  mutating func use(until position: Int) { if position > end { end = position } }
}

extension FlatBufferReader {
  /// How many zero bytes follow one another from a position on.
  func zeros(from start: Int) -> Int {
    var position = start
    while let word = load(UInt64.self, at: position), word == 0 { position += 8 }
    while let byte = load(UInt8.self, at: position), byte == 0 { position += 1 }
    return position - start
  }
}

/// Reading of tables whose vectors are absent where they have no element, and whose newer fields are noted in one place.
extension FlatBufferReader {
  /// The tables of a vector; none where the vector is absent.
  mutating func tables<Value: TableValue>(_ table: Table, _ field: Field) throws(TFLiteError) -> [Value] {
    var storedEmpty: FieldSet = []
    return try nestedTables(table, field, &storedEmpty)
  }

  /// The numbers of a vector; none where it is absent.
  mutating func numbers<Number: BitwiseCopyable>(_ table: Table, _ field: Field) throws(TFLiteError) -> [Number] {
    var storedEmpty: FieldSet = []
    return try numbers(table, field, &storedEmpty)
  }

  /// Notes the fields of a table from `known` on that are stored.
  mutating func noteNewerFields(_ table: Table, known: Int) throws(TFLiteError) {
    for slot in try newerFields(table, known: known).slots { try noteNewer(Field(slot, "field \(slot)")) }
  }
}
