// The operators of StableHLO: mostly for compilers, as the interpreter runs only a few.
extension BuiltinOperator {
  /// `STABLEHLO_LOGISTIC`.
  public static let stablehloLogistic = Self(rawValue: 162)
  /// `STABLEHLO_ADD`.
  public static let stablehloAdd = Self(rawValue: 163)
  /// `STABLEHLO_DIVIDE`.
  public static let stablehloDivide = Self(rawValue: 164)
  /// `STABLEHLO_MULTIPLY`.
  public static let stablehloMultiply = Self(rawValue: 165)
  /// `STABLEHLO_MAXIMUM`.
  public static let stablehloMaximum = Self(rawValue: 166)
  /// `STABLEHLO_RESHAPE`.
  public static let stablehloReshape = Self(rawValue: 167)
  /// `STABLEHLO_CLAMP`.
  public static let stablehloClamp = Self(rawValue: 168)
  /// `STABLEHLO_CONCATENATE`.
  public static let stablehloConcatenate = Self(rawValue: 169)
  /// `STABLEHLO_BROADCAST_IN_DIM`.
  public static let stablehloBroadcastInDim = Self(rawValue: 170)
  /// `STABLEHLO_CONVOLUTION`.
  public static let stablehloConvolution = Self(rawValue: 171)
  /// `STABLEHLO_SLICE`.
  public static let stablehloSlice = Self(rawValue: 172)
  /// `STABLEHLO_CUSTOM_CALL`.
  public static let stablehloCustomCall = Self(rawValue: 173)
  /// `STABLEHLO_REDUCE`.
  public static let stablehloReduce = Self(rawValue: 174)
  /// `STABLEHLO_ABS`.
  public static let stablehloAbs = Self(rawValue: 175)
  /// `STABLEHLO_AND`.
  public static let stablehloAnd = Self(rawValue: 176)
  /// `STABLEHLO_COSINE`.
  public static let stablehloCosine = Self(rawValue: 177)
  /// `STABLEHLO_EXPONENTIAL`.
  public static let stablehloExponential = Self(rawValue: 178)
  /// `STABLEHLO_FLOOR`.
  public static let stablehloFloor = Self(rawValue: 179)
  /// `STABLEHLO_LOG`.
  public static let stablehloLog = Self(rawValue: 180)
  /// `STABLEHLO_MINIMUM`.
  public static let stablehloMinimum = Self(rawValue: 181)
  /// `STABLEHLO_NEGATE`.
  public static let stablehloNegate = Self(rawValue: 182)
  /// `STABLEHLO_OR`.
  public static let stablehloOr = Self(rawValue: 183)
  /// `STABLEHLO_POWER`.
  public static let stablehloPower = Self(rawValue: 184)
  /// `STABLEHLO_REMAINDER`.
  public static let stablehloRemainder = Self(rawValue: 185)
  /// `STABLEHLO_RSQRT`.
  public static let stablehloRsqrt = Self(rawValue: 186)
  /// `STABLEHLO_SELECT`.
  public static let stablehloSelect = Self(rawValue: 187)
  /// `STABLEHLO_SUBTRACT`.
  public static let stablehloSubtract = Self(rawValue: 188)
  /// `STABLEHLO_TANH`.
  public static let stablehloTanh = Self(rawValue: 189)
  /// `STABLEHLO_SCATTER`.
  public static let stablehloScatter = Self(rawValue: 190)
  /// `STABLEHLO_COMPARE`.
  public static let stablehloCompare = Self(rawValue: 191)
  /// `STABLEHLO_CONVERT`.
  public static let stablehloConvert = Self(rawValue: 192)
  /// `STABLEHLO_DYNAMIC_SLICE`.
  public static let stablehloDynamicSlice = Self(rawValue: 193)
  /// `STABLEHLO_DYNAMIC_UPDATE_SLICE`.
  public static let stablehloDynamicUpdateSlice = Self(rawValue: 194)
  /// `STABLEHLO_PAD`.
  public static let stablehloPad = Self(rawValue: 195)
  /// `STABLEHLO_IOTA`.
  public static let stablehloIota = Self(rawValue: 196)
  /// `STABLEHLO_DOT_GENERAL`.
  public static let stablehloDotGeneral = Self(rawValue: 197)
  /// `STABLEHLO_REDUCE_WINDOW`.
  public static let stablehloReduceWindow = Self(rawValue: 198)
  /// `STABLEHLO_SORT`.
  public static let stablehloSort = Self(rawValue: 199)
  /// `STABLEHLO_WHILE`.
  public static let stablehloWhile = Self(rawValue: 200)
  /// `STABLEHLO_GATHER`.
  public static let stablehloGather = Self(rawValue: 201)
  /// `STABLEHLO_TRANSPOSE`.
  public static let stablehloTranspose = Self(rawValue: 202)
  /// `STABLEHLO_RNG_BIT_GENERATOR`.
  public static let stablehloRngBitGenerator = Self(rawValue: 204)
  /// `STABLEHLO_COMPOSITE`.
  public static let stablehloComposite = Self(rawValue: 206)
  /// `STABLEHLO_SHIFT_LEFT`.
  public static let stablehloShiftLeft = Self(rawValue: 207)
  /// `STABLEHLO_CBRT`.
  public static let stablehloCbrt = Self(rawValue: 208)
  /// `STABLEHLO_CASE`.
  public static let stablehloCase = Self(rawValue: 209)
}
