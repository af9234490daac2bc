/// The tables of options in the schema of LiteRT 2.3.0, in the order of their unions.
enum OptionsSchema {
  static func tables(of union: OptionsKind.Union) -> [OptionsTable] {
    switch union {
    case .builtinOptions: builtinOptions
    case .builtinOptions2: builtinOptions2
    }
  }

  // The value names of enumerations that only options use.
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

/// A table of options in the schema.
struct OptionsTable: Sendable {
  let name: String
  let fields: [OptionField]

  init(_ name: String, _ fields: [OptionField] = []) {
    self.name = name
    self.fields = fields
  }
}

/// A field of a table of options in the schema.
struct OptionField: Sendable {
  /// The storage type of a field.
  enum Storage: Sendable, Hashable {
    case int8, int32, uint32, int64, bool, float, string
    case int32s, uint32s, int64s, floats, bools, bytes
  }

  /// The schema's name.
  let name: String
  let storage: Storage
  /// The default, for numbers and Booleans.
  let standard: Int64
  /// The value names of an enumeration.
  let valueNames: [String]
  /// Whether the numbers are indices of the model's graphs.
  let isSubgraphIndex: Bool
  /// Whether -1 means no index.
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

  /// Returns a field that holds a value of an enumeration.
  static func choice(_ name: String, _ storage: Storage = .int8, of valueNames: [String], _ standard: Int64 = 0) -> Self
  {
    Self(name, storage, standard: standard, valueNames: valueNames)
  }

  /// Returns a field that holds indices of the model's graphs.
  static func subgraph(_ name: String, _ storage: Storage = .int32, isOptional: Bool = false) -> Self {
    Self(name, storage, isSubgraphIndex: true, isOptional: isOptional)
  }

  static let activation = choice("fused_activation_function", of: ActivationFunction.names)
  static let padding = choice("padding", of: Padding.names)
  static let asymmetric = bool("asymmetric_quantize_inputs")

  /// Returns a field that holds a tensor type.
  static func type(_ name: String, _ standard: TensorType = .float32) -> Self {
    choice(name, of: TensorType.names, Int64(standard.rawValue))
  }

  /// The default of the field, or nil for strings and vectors.
  var standardValue: OptionValue? {
    switch storage {
    case .int8, .int32, .uint32, .int64: .integer(standard)
    case .bool: .flag(standard != 0)
    case .float: .real(Float(standard))
    case .string, .int32s, .uint32s, .int64s, .floats, .bools, .bytes: nil
    }
  }

  /// Returns whether a value has the field's type and range.
  func accepts(_ value: OptionValue) -> Bool {
    switch (storage, value) {
    case (.bool, .flag), (.float, .real), (.string, .text), (.int64, .integer), (.int64s, .integers): true
    case (.floats, .reals), (.bools, .flags), (.bytes, .bytes): true
    case (.int8, .integer(let number)): Int8(exactly: number) != nil
    case (.int32, .integer(let number)): Int32(exactly: number) != nil
    case (.uint32, .integer(let number)): UInt32(exactly: number) != nil
    case (.int32s, .integers(let numbers)): numbers.allSatisfy { Int32(exactly: $0) != nil }
    case (.uint32s, .integers(let numbers)): numbers.allSatisfy { UInt32(exactly: $0) != nil }
    default: false
    }
  }
}
