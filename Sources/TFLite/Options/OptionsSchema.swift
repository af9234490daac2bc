/// The tables of options that the schema declares, version 2.3.0 of LiteRT: one row a table, in the order of its union.
enum OptionsSchema {
  static func tables(of union: OptionsKind.Union) -> [OptionsTable] {
    switch union {
    case .builtinOptions: builtinOptions
    case .builtinOptions2: builtinOptions2
    }
  }

  // The names of values that only options use.
  static let precisions = [
    "DEFAULT", "HIGH", "HIGHEST",
  ]
  static let comparisons = [
    "STABLEHLO_COMPARISON_DIRECTION_EQ", "STABLEHLO_COMPARISON_DIRECTION_NE",
    "STABLEHLO_COMPARISON_DIRECTION_GE", "STABLEHLO_COMPARISON_DIRECTION_GT",
    "STABLEHLO_COMPARISON_DIRECTION_LE", "STABLEHLO_COMPARISON_DIRECTION_LT",
  ]
  static let comparisonTypes = [
    "STABLEHLO_COMPARISON_TYPE_NOTYPE", "STABLEHLO_COMPARISON_TYPE_FLOAT",
    "STABLEHLO_COMPARISON_TYPE_FLOAT_TOTAL_ORDER", "STABLEHLO_COMPARISON_TYPE_SIGNED",
    "STABLEHLO_COMPARISON_TYPE_UNSIGNED",
  ]
  static let randomAlgorithms = [
    "DEFAULT", "PHILOX", "THREEFRY",
  ]
  static let projections = [
    "UNKNOWN", "SPARSE", "DENSE",
  ]
  static let lstmKernels = [
    "FULL", "BASIC",
  ]
  static let combiners = [
    "SUM", "MEAN", "SQRTN",
  ]
  static let mirrorings = [
    "REFLECT", "SYMMETRIC",
  ]
  static let windowFunctions = [
    "UNSUPPORTED", "ADD", "MUL", "MINIMUM", "MAXIMUM", "ALL", "ANY",
  ]
}

/// A table of options, as the schema declares it.
struct OptionsTable: Sendable {
  let name: String
  let fields: [OptionField]

  init(_ name: String, _ fields: [OptionField] = []) {
    self.name = name
    self.fields = fields
  }
}

/// A field of a table of options, as the schema declares it.
struct OptionField: Sendable {
  /// How the field is stored.
  enum Storage: Sendable, Hashable {
    case int8, int32, uint32, int64, bool, float, string
    case int32s, uint32s, int64s, floats, bools, bytes
  }

  /// The schema's name.
  let name: String
  let storage: Storage
  /// The value of the field where it is absent; numbers and truth values only.
  let standard: Int64
  /// The names of the values, for an enumeration.
  let valueNames: [String]
  /// Whether the numbers are indices of graphs of the model.
  let isSubgraphIndex: Bool
  /// Whether -1 stands for no index.
  let isOptional: Bool

  private init(
    _ name: String, _ storage: Storage, standard: Int64 = 0, valueNames: [String] = [], isSubgraphIndex: Bool = false,
    isOptional: Bool = false
  ) {
    self.name = name
    self.storage = storage
    self.standard = standard
    self.valueNames = valueNames
    self.isSubgraphIndex = isSubgraphIndex
    self.isOptional = isOptional
  }

  static func int(_ name: String, _ standard: Int64 = 0) -> Self { Self(name, .int32, standard: standard) }
  static func long(_ name: String) -> Self { Self(name, .int64) }
  static func bool(_ name: String, _ standard: Bool = false) -> Self { Self(name, .bool, standard: standard ? 1 : 0) }
  static func float(_ name: String) -> Self { Self(name, .float) }
  static func string(_ name: String) -> Self { Self(name, .string) }
  static func ints(_ name: String) -> Self { Self(name, .int32s) }
  static func longs(_ name: String) -> Self { Self(name, .int64s) }
  static func floats(_ name: String) -> Self { Self(name, .floats) }
  static func bools(_ name: String) -> Self { Self(name, .bools) }
  static func bytes(_ name: String) -> Self { Self(name, .bytes) }

  /// A value of an enumeration.
  static func choice(_ name: String, _ storage: Storage = .int8, of valueNames: [String], _ standard: Int64 = 0) -> Self
  {
    Self(name, storage, standard: standard, valueNames: valueNames)
  }

  /// An index of a graph of the model, or a vector of such.
  static func subgraph(_ name: String, _ storage: Storage = .int32, isOptional: Bool = false) -> Self {
    Self(name, storage, isSubgraphIndex: true, isOptional: isOptional)
  }

  static let activation = choice("fused_activation_function", of: ActivationFunction.names)
  static let padding = choice("padding", of: Padding.names)
  static let asymmetric = bool("asymmetric_quantize_inputs")

  /// A type of tensors.
  static func type(_ name: String, _ standard: TensorType = .float32) -> Self {
    choice(name, of: TensorType.names, Int64(standard.rawValue))
  }

  /// The value of the field where it is absent, or nil for strings and vectors.
  var standardValue: OptionValue? {
    switch storage {
    case .int8, .int32, .uint32, .int64: .integer(standard)
    case .bool: .flag(standard != 0)
    case .float: .real(Float(standard))
    case .string, .int32s, .uint32s, .int64s, .floats, .bools, .bytes: nil
    }
  }

  /// Why a value cannot be stored in the field, or nil where it can.
  func objection(to value: OptionValue) -> String? {
    switch (storage, value) {
    case (.bool, .flag), (.float, .real), (.string, .text), (.int64, .integer), (.int64s, .integers): nil
    case (.floats, .reals), (.bools, .flags), (.bytes, .bytes): nil
    case (.int8, .integer(let number)): Int8(exactly: number) == nil ? "\(number) does not fit 8 bits" : nil
    case (.int32, .integer(let number)): Int32(exactly: number) == nil ? "\(number) does not fit 32 bits" : nil
    case (.uint32, .integer(let number)): UInt32(exactly: number) == nil ? "\(number) does not fit 32 bits" : nil
    case (.int32s, .integers(let numbers)):
      numbers.first { Int32(exactly: $0) == nil }.map { "\($0) does not fit 32 bits" }
    case (.uint32s, .integers(let numbers)):
      numbers.first { UInt32(exactly: $0) == nil }.map { "\($0) does not fit 32 bits" }
    default: "\(value) is of another type"
    }
  }
}
