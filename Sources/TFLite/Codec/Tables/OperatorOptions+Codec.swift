extension OperatorOptions {
  /// Reads a union of options, or nothing where its type is 0.
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
