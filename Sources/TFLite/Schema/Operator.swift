/// One step of a graph: an operator with its tensors and options.
public struct Operator: Sendable, Hashable {
  /// The index of the operator's code in ``Model/operatorCodes``.
  public var opcodeIndex: UInt32
  /// The indices of the tensors that it reads; -1 for an optional one that is absent.
  public var inputs: [Int32]
  /// The indices of the tensors that it computes.
  public var outputs: [Int32]
  /// The options of an operator of the schema: `builtin_options`.
  public var options: OperatorOptions?
  /// The options of a custom operator, in its own format.
  public var customOptions: Bytes?
  /// The encoding of ``customOptions``.
  public var customOptionsFormat = CustomOptionsFormat.flexbuffers
  /// Whether the operator changes each of its inputs; empty if it changes none.
  public var mutatingVariableInputs: [Bool] = []
  /// The indices of tensors that the operator uses internally.
  public var intermediates: [Int32] = []
  /// Whether ``customOptions`` is outside the flatbuffer, as in models over 2 GB; `large_custom_options_offset` and
  /// `large_custom_options_size`, which locate it, are computed on writing.
  public var hasOutOfLineCustomOptions = false
  /// `large_custom_options_offset` as stored, if it does not locate ``customOptions``.
  public var largeCustomOptionsOffset: UInt64 = 0
  /// `large_custom_options_size` as stored, if it does not locate ``customOptions``.
  public var largeCustomOptionsSize: UInt64 = 0
  /// The options of operators added to the schema later: `builtin_options_2`.
  public var options2: OperatorOptions?
  /// An index into debugging metadata, or -1.
  public var debugMetadataIndex: Int32 = -1
  /// The vectors that the file stores empty.
  public var storedEmpty: FieldSet = []
  /// Fields newer than the known schema: their values are dropped, and a model that has any cannot be written.
  public internal(set) var newerFields: FieldSet = []

  /// Creates an operator.
  ///
  /// - Parameters:
  ///   - opcodeIndex: The index of its code in ``Model/operatorCodes``.
  ///   - inputs: The indices of the tensors that it reads.
  ///   - outputs: The indices of the tensors that it computes.
  ///   - options: Its options, stored in ``options`` or ``options2`` according to their kind.
  public init(opcodeIndex: UInt32, inputs: [Int32], outputs: [Int32], options: OperatorOptions? = nil) {
    self.opcodeIndex = opcodeIndex
    self.inputs = inputs
    self.outputs = outputs
    if options?.kind.union == .builtinOptions2 { options2 = options } else { self.options = options }
  }
}

extension Operator: TableValue {
  enum Fields {
    static let opcodeIndex = Field(0, "opcode_index")
    static let inputs = Field(1, "inputs")
    static let outputs = Field(2, "outputs")
    static let optionsType = Field(3, "builtin_options_type")
    static let options = Field(4, "builtin_options")
    static let customOptions = Field(5, "custom_options")
    static let customOptionsFormat = Field(6, "custom_options_format")
    static let mutatingVariableInputs = Field(7, "mutating_variable_inputs")
    static let intermediates = Field(8, "intermediates")
    static let largeCustomOptionsOffset = Field(9, "large_custom_options_offset")
    static let largeCustomOptionsSize = Field(10, "large_custom_options_size")
    static let options2Type = Field(11, "builtin_options_2_type")
    static let options2 = Field(12, "builtin_options_2")
    static let debugMetadataIndex = Field(13, "debug_metadata_index")
    static let count = 14
  }

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
