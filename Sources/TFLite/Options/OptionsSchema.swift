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
