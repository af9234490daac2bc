/// The options of an operator: a kind, and the values of its fields.
///
/// A field that is not stored has the schema's default; the options keep track of which fields are stored.
///
/// ```swift
/// var options = OperatorOptions(.softmax)
/// try options.set("beta", to: .real(1))
/// options.real("beta")   // 1.0
/// ```
public struct OperatorOptions: Sendable, Hashable {
  /// The kind of options.
  public let kind: OptionsKind
  /// Whether the file states the kind but has no table of options; all fields then have the schema's defaults.
  public var isTableMissing = false
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// The stored values by the field's position in the schema; nil, or beyond the end, for fields that are not stored.
  var stored: [OptionValue?] = []

  /// Creates options of a kind without stored fields.
  public init(_ kind: OptionsKind) { self.kind = kind }

  /// The value of a field, or the schema's default if it is not stored; nil for a string or vector that is not stored,
  /// and for a field that the kind does not have.
  public subscript(_ field: String) -> OptionValue? {
    guard let slot = slot(of: field) else { return nil }
    return value(at: slot)
  }

  /// Returns whether the field is stored.
  public func stores(_ field: String) -> Bool {
    slot(of: field).map { stored.indices.contains($0) && stored[$0] != nil } ?? false
  }

  /// Stores a field's value, or removes it if the value is nil.
  ///
  /// - Throws: ``TFLiteError/noSuchOption(kind:field:type:)`` if the kind has no such field or the value is not of its
  ///   type or range.
  public mutating func set(_ field: String, to value: OptionValue?) throws(TFLiteError) {
    guard let slot = slot(of: field) else {
      throw .noSuchOption(kind: "\(kind)", field: field, type: "any type")
    }
    if let value, !kind.fields[slot].accepts(value) {
      throw .noSuchOption(kind: "\(kind)", field: field, type: "a type that holds \(value)")
    }
    store(value, at: slot)
  }

  /// Returns the integer of a field, or nil if the kind has no integer of that name.
  public func integer(_ field: String) -> Int64? {
    if case .integer(let value)? = self[field] { value } else { nil }
  }

  /// Returns the floating-point number of a field, or nil if the kind has none of that name.
  public func real(_ field: String) -> Float? {
    if case .real(let value)? = self[field] { value } else { nil }
  }

  /// Returns the Boolean of a field, or nil if the kind has none of that name.
  public func flag(_ field: String) -> Bool? {
    if case .flag(let value)? = self[field] { value } else { nil }
  }

  /// Returns the string of a field, or nil if it is not stored or the kind has none of that name.
  public func text(_ field: String) -> Text? {
    if case .text(let value)? = self[field] { value } else { nil }
  }

  /// Returns the integers of a field, or nil if they are not stored or the kind has none of that name.
  public func integers(_ field: String) -> [Int64]? {
    if case .integers(let values)? = self[field] { values } else { nil }
  }

  /// Returns the floating-point numbers of a field, or nil if they are not stored or the kind has none of that name.
  public func reals(_ field: String) -> [Float]? {
    if case .reals(let values)? = self[field] { values } else { nil }
  }

  /// Returns the Booleans of a field, or nil if they are not stored or the kind has none of that name.
  public func flags(_ field: String) -> [Bool]? {
    if case .flags(let values)? = self[field] { values } else { nil }
  }

  /// Returns the bytes of a field, or nil if they are not stored or the kind has none of that name.
  public func bytes(_ field: String) -> Bytes? {
    if case .bytes(let value)? = self[field] { value } else { nil }
  }

  func slot(of field: String) -> Int? { kind.fields.firstIndex { $0.name == field } }

  func value(at slot: Int) -> OptionValue? {
    if stored.indices.contains(slot), let value = stored[slot] { return value }
    return kind.fields.indices.contains(slot) ? kind.fields[slot].standardValue : nil
  }

  mutating func store(_ value: OptionValue?, at slot: Int) {
    while stored.count <= slot { stored.append(nil) }
    stored[slot] = value
    isTableMissing = false
    while let last = stored.last, last == nil { stored.removeLast() }
  }
}

extension OperatorOptions: CustomStringConvertible {
  /// The kind and all fields, such as `SoftmaxOptions(beta: 1.0)`, with enumerations by name.
  public var description: String {
    let fields = kind.fields.enumerated().compactMap { slot, field in
      value(at: slot).map { value in
        if case .integer(let number) = value, let index = Int(exactly: number), field.valueNames.indices.contains(index)
        {
          "\(field.name): \(field.valueNames[index])"
        } else {
          "\(field.name): \(value)"
        }
      }
    }
    return kind.isKnown ? "\(kind)(\(fields.joined(separator: ", ")))" : "\(kind)"
  }
}

/// The value of a field of an operator's options.
public enum OptionValue: Sendable, Hashable {
  /// An integer of any width, or the number of an enumeration value.
  case integer(Int64)
  /// A 32-bit floating-point number.
  case real(Float)
  /// A Boolean.
  case flag(Bool)
  /// A string.
  case text(Text)
  /// A vector of integers of any width.
  case integers([Int64])
  /// A vector of 32-bit floating-point numbers.
  case reals([Float])
  /// A vector of Booleans.
  case flags([Bool])
  /// A vector of bytes, by reference.
  case bytes(Bytes)
}

extension OptionValue: CustomStringConvertible {
  /// The value as a literal; for bytes, only their number.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .text(let value): "\"\(value)\""
    case .integers(let values): "\(values)"
    case .reals(let values): "\(values)"
    case .flags(let values): "\(values)"
    case .bytes(let value): "\(value)"
    }
  }
}

extension OperatorOptions {
  /// Reads a union of options, or returns nil if its type is 0.
  init?(
    _ union: OptionsKind.Union, _ table: FlatBufferReader.Table, _ typeField: Field, _ field: Field,
    _ reader: inout FlatBufferReader
  ) throws(TFLiteError) {
    let number: UInt8 = try reader.number(table, typeField)
    guard number != 0 else { return nil }
    self.init(OptionsKind(union: union, number: number))
    guard let fields = kind.table?.fields else { return }
    guard let target = try reader.target(table, field) else {
      isTableMissing = true
      return
    }
    try reader.charge(32 + fields.count * MemoryLayout<OptionValue?>.stride, for: field.name)
    (stored, newerFields) = try reader.within(field.name) { (reader: inout FlatBufferReader) throws(TFLiteError) in
      let table = try reader.table(at: target)
      var stored: [OptionValue?] = []
      stored.reserveCapacity(fields.count)
      for (slot, field) in fields.enumerated() {
        stored.append(try field.value(table, Field(slot, field.name), &reader))
      }
      return (stored, try reader.newerFields(table, known: fields.count))
    }
    while let last = stored.last, last == nil { stored.removeLast() }
  }

  /// Adds the options to an operator's table.
  func add(_ typeField: Field, _ field: Field, to node: inout TableNode) {
    node.add(typeField, kind.number)
    guard !isTableMissing else { return }
    var table = TableNode()
    for (slot, value) in stored.enumerated() where kind.fields.indices.contains(slot) {
      if let value { kind.fields[slot].add(value, at: slot, to: &table) }
    }
    node.add(field.slot, table)
  }
}

extension OptionField {
  fileprivate func value(
    _ table: FlatBufferReader.Table, _ field: Field, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> OptionValue? {
    switch storage {
    case .int8: try integer(Int8.self, table, field, &reader)
    case .int32: try integer(Int32.self, table, field, &reader)
    case .uint32: try integer(UInt32.self, table, field, &reader)
    case .int64: try integer(Int64.self, table, field, &reader)
    case .bool: try reader.storedNumber(table, field).map { (byte: UInt8) in .flag(byte != 0) }
    case .float: try reader.storedNumber(table, field).map { .real(Float(bitPattern: $0)) }
    case .string: try reader.text(table, field).map(OptionValue.text)
    case .bytes: try reader.data(table, field).map(OptionValue.bytes)
    case .int32s: try vector(Int32.self, table, field, &reader).map { .integers($0.map(Int64.init)) }
    case .uint32s: try vector(UInt32.self, table, field, &reader).map { .integers($0.map(Int64.init)) }
    case .int64s: try vector(Int64.self, table, field, &reader).map(OptionValue.integers)
    case .floats: try vector(Float.self, table, field, &reader).map(OptionValue.reals)
    case .bools: try vector(UInt8.self, table, field, &reader).map { .flags($0.map { $0 != 0 }) }
    }
  }

  private func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, _ table: FlatBufferReader.Table, _ field: Field, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> OptionValue? {
    let number: Number? = try reader.storedNumber(table, field)
    return number.map { .integer(Int64($0)) }
  }

  private func vector<Number: BitwiseCopyable>(
    _ type: Number.Type, _ table: FlatBufferReader.Table, _ field: Field, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> [Number]? {
    var storedEmpty: FieldSet = []
    let numbers: [Number] = try reader.numbers(table, field, &storedEmpty)
    return numbers.isEmpty && storedEmpty.isEmpty ? nil : numbers
  }

  fileprivate func add(_ value: OptionValue, at slot: Int, to table: inout TableNode) {
    switch (storage, value) {
    case (.int8, .integer(let number)): table.addStored(slot, Int8(truncatingIfNeeded: number))
    case (.int32, .integer(let number)): table.addStored(slot, Int32(truncatingIfNeeded: number))
    case (.uint32, .integer(let number)): table.addStored(slot, UInt32(truncatingIfNeeded: number))
    case (_, .integer(let number)): table.addStored(slot, number)
    case (_, .flag(let flag)): table.addStored(slot, flag ? 1 : 0 as UInt8)
    case (_, .real(let number)): table.addStored(slot, number.bitPattern)
    case (_, .text(let text)): table.add(Field(slot, name), text)
    case (_, .bytes(let bytes)): table.add(Field(slot, name), bytes)
    case (.int32s, .integers(let numbers)): table.addStored(slot, numbers.map(Int32.init(truncatingIfNeeded:)))
    case (.uint32s, .integers(let numbers)): table.addStored(slot, numbers.map(UInt32.init(truncatingIfNeeded:)))
    case (_, .integers(let numbers)): table.addStored(slot, numbers)
    case (_, .reals(let numbers)): table.addStored(slot, numbers.map(\.bitPattern))
    case (_, .flags(let flags)): table.addStored(slot, flags.map { $0 ? 1 : 0 as UInt8 })
    }
  }
}
