/// One step of a graph: an operator with its tensors and options.
public struct Operator: Sendable, Hashable {
  /// The index of its code in ``Model/operatorCodes``.
  public var opcodeIndex: UInt32
  /// The tensors that it reads; -1 for an optional one that is left out.
  public var inputs: [Int32]
  /// The tensors that it computes.
  public var outputs: [Int32]
  /// The options of an operator of the schema: `builtin_options`.
  public var options: OperatorOptions?
  /// The options of a custom operator, in its own format. Stored outside the flatbuffer where
  /// ``hasOutOfLineCustomOptions`` is set.
  public var customOptions: Bytes?
  /// How ``customOptions`` is encoded.
  public var customOptionsFormat = CustomOptionsFormat.flexbuffers
  /// Which inputs the operator changes: empty, or one flag an input.
  public var mutatingVariableInputs: [Bool] = []
  /// Tensors that the operator uses within itself only.
  public var intermediates: [Int32] = []
  /// Whether ``customOptions`` lies outside the flatbuffer, as in models over 2 GB: found by
  /// `large_custom_options_offset` and `large_custom_options_size`, which are made anew on writing.
  public var hasOutOfLineCustomOptions = false
  /// `large_custom_options_offset` as stored, where it does not place ``customOptions``.
  public var largeCustomOptionsOffset: UInt64 = 0
  /// `large_custom_options_size` as stored, where it does not place ``customOptions``.
  public var largeCustomOptionsSize: UInt64 = 0
  /// The options of the operators that the schema got later: `builtin_options_2`.
  public var options2: OperatorOptions?
  /// An index into debugging metadata, or -1.
  public var debugMetadataIndex: Int32 = -1
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// An operator that reads some tensors and computes others.
  ///
  /// - Parameters:
  ///   - opcodeIndex: The index of its code in ``Model/operatorCodes``.
  ///   - inputs: The tensors that it reads.
  ///   - outputs: The tensors that it computes.
  ///   - options: Its options; they go to ``options`` or ``options2``, whichever their kind belongs to.
  public init(opcodeIndex: UInt32, inputs: [Int32], outputs: [Int32], options: OperatorOptions? = nil) {
    self.opcodeIndex = opcodeIndex
    self.inputs = inputs
    self.outputs = outputs
    if options?.kind.union == .builtinOptions2 { options2 = options } else { self.options = options }
  }
}
