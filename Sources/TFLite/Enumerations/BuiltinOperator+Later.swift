// The operators from number 120 on.
extension BuiltinOperator {
  /// `NON_MAX_SUPPRESSION_V4`.
  public static let nonMaxSuppressionV4 = Self(rawValue: 120)
  /// `NON_MAX_SUPPRESSION_V5`.
  public static let nonMaxSuppressionV5 = Self(rawValue: 121)
  /// `SCATTER_ND`.
  public static let scatterNd = Self(rawValue: 122)
  /// `SELECT_V2`.
  public static let selectV2 = Self(rawValue: 123)
  /// `DENSIFY`.
  public static let densify = Self(rawValue: 124)
  /// `SEGMENT_SUM`.
  public static let segmentSum = Self(rawValue: 125)
  /// `BATCH_MATMUL`.
  public static let batchMatmul = Self(rawValue: 126)
  /// `PLACEHOLDER_FOR_GREATER_OP_CODES`.
  public static let placeholderForGreaterOpCodes = Self(rawValue: 127)
  /// `CUMSUM`.
  public static let cumsum = Self(rawValue: 128)
  /// `CALL_ONCE`.
  public static let callOnce = Self(rawValue: 129)
  /// `BROADCAST_TO`.
  public static let broadcastTo = Self(rawValue: 130)
  /// `RFFT2D`.
  public static let rfft2D = Self(rawValue: 131)
  /// `CONV_3D`.
  public static let conv3D = Self(rawValue: 132)
  /// `IMAG`.
  public static let imag = Self(rawValue: 133)
  /// `REAL`.
  public static let real = Self(rawValue: 134)
  /// `COMPLEX_ABS`.
  public static let complexAbs = Self(rawValue: 135)
  /// `HASHTABLE`.
  public static let hashtable = Self(rawValue: 136)
  /// `HASHTABLE_FIND`.
  public static let hashtableFind = Self(rawValue: 137)
  /// `HASHTABLE_IMPORT`.
  public static let hashtableImport = Self(rawValue: 138)
  /// `HASHTABLE_SIZE`.
  public static let hashtableSize = Self(rawValue: 139)
  /// `REDUCE_ALL`.
  public static let reduceAll = Self(rawValue: 140)
  /// `CONV_3D_TRANSPOSE`.
  public static let conv3DTranspose = Self(rawValue: 141)
  /// `VAR_HANDLE`.
  public static let varHandle = Self(rawValue: 142)
  /// `READ_VARIABLE`.
  public static let readVariable = Self(rawValue: 143)
  /// `ASSIGN_VARIABLE`.
  public static let assignVariable = Self(rawValue: 144)
  /// `BROADCAST_ARGS`.
  public static let broadcastArgs = Self(rawValue: 145)
  /// `RANDOM_STANDARD_NORMAL`.
  public static let randomStandardNormal = Self(rawValue: 146)
  /// `BUCKETIZE`.
  public static let bucketize = Self(rawValue: 147)
  /// `RANDOM_UNIFORM`.
  public static let randomUniform = Self(rawValue: 148)
  /// `MULTINOMIAL`.
  public static let multinomial = Self(rawValue: 149)
  /// `GELU`.
  public static let gelu = Self(rawValue: 150)
  /// `DYNAMIC_UPDATE_SLICE`.
  public static let dynamicUpdateSlice = Self(rawValue: 151)
  /// `RELU_0_TO_1`.
  public static let relu0To1 = Self(rawValue: 152)
  /// `UNSORTED_SEGMENT_PROD`.
  public static let unsortedSegmentProd = Self(rawValue: 153)
  /// `UNSORTED_SEGMENT_MAX`.
  public static let unsortedSegmentMax = Self(rawValue: 154)
  /// `UNSORTED_SEGMENT_SUM`.
  public static let unsortedSegmentSum = Self(rawValue: 155)
  /// `ATAN2`.
  public static let atan2 = Self(rawValue: 156)
  /// `UNSORTED_SEGMENT_MIN`.
  public static let unsortedSegmentMin = Self(rawValue: 157)
  /// `SIGN`.
  public static let sign = Self(rawValue: 158)
  /// `BITCAST`.
  public static let bitcast = Self(rawValue: 159)
  /// `BITWISE_XOR`.
  public static let bitwiseXor = Self(rawValue: 160)
  /// `RIGHT_SHIFT`.
  public static let rightShift = Self(rawValue: 161)
  /// `DILATE`.
  public static let dilate = Self(rawValue: 203)
  /// `REDUCE_WINDOW`.
  public static let reduceWindow = Self(rawValue: 205)
}
