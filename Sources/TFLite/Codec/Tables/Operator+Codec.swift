extension Operator: TableValue {
  private typealias Fields = OperatorFields

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(opcodeIndex: 0, inputs: [], outputs: [])
    opcodeIndex = try reader.number(table, Fields.opcodeIndex)
    inputs = try reader.numbers(table, Fields.inputs, &storedEmpty)
    outputs = try reader.numbers(table, Fields.outputs, &storedEmpty)
    options = try OperatorOptions(.builtinOptions, table, Fields.optionsType, Fields.options, &reader)
    customOptions = try reader.data(table, Fields.customOptions)
    customOptionsFormat = CustomOptionsFormat(rawValue: try reader.number(table, Fields.customOptionsFormat))
    mutatingVariableInputs = try reader.flags(table, Fields.mutatingVariableInputs, &storedEmpty)
    intermediates = try reader.numbers(table, Fields.intermediates, &storedEmpty)
    largeCustomOptionsOffset = try reader.number(table, Fields.largeCustomOptionsOffset)
    largeCustomOptionsSize = try reader.number(table, Fields.largeCustomOptionsSize)
    if customOptions == nil, largeCustomOptionsOffset > 1 {
      customOptions = try reader.outOfLine(
        largeCustomOptionsOffset, largeCustomOptionsSize, Fields.largeCustomOptionsOffset)
      hasOutOfLineCustomOptions = true
      (largeCustomOptionsOffset, largeCustomOptionsSize) = (0, 0)
    }
    options2 = try OperatorOptions(.builtinOptions2, table, Fields.options2Type, Fields.options2, &reader)
    debugMetadataIndex = try reader.number(table, Fields.debugMetadataIndex, standard: -1)
    newerFields = try reader.newerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.opcodeIndex, opcodeIndex)
    node.add(Fields.inputs, inputs, storedEmpty)
    node.add(Fields.outputs, outputs, storedEmpty)
    options?.add(Fields.optionsType, Fields.options, to: &node)
    if let customOptions, hasOutOfLineCustomOptions {
      node.add(Fields.largeCustomOptionsOffset, placeOf: customOptions)
      node.add(Fields.largeCustomOptionsSize, UInt64(customOptions.count))
    } else {
      node.add(Fields.customOptions, customOptions, alignment: 16)
      node.add(Fields.largeCustomOptionsOffset, largeCustomOptionsOffset)
      node.add(Fields.largeCustomOptionsSize, largeCustomOptionsSize)
    }
    node.add(Fields.customOptionsFormat, customOptionsFormat.rawValue)
    node.add(Fields.mutatingVariableInputs, mutatingVariableInputs, storedEmpty)
    node.add(Fields.intermediates, intermediates, storedEmpty)
    options2?.add(Fields.options2Type, Fields.options2, to: &node)
    node.add(Fields.debugMetadataIndex, debugMetadataIndex, standard: -1)
    return node
  }
}
