/// An operator of the schema, which an ``OperatorCode`` of a model refers to.
public struct BuiltinOperator: SchemaEnumeration {
  /// The number that files store.
  public let rawValue: Int32

  /// Creates the value of a stored number, whether or not the schema names it.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The schema's names, in the order of their numbers.
  public static let names = schemaNames
}

extension BuiltinOperator {
  /// `ADD`.
  public static let add = Self(rawValue: 0)
  /// `AVERAGE_POOL_2D`.
  public static let averagePool2D = Self(rawValue: 1)
  /// `CONCATENATION`.
  public static let concatenation = Self(rawValue: 2)
  /// `CONV_2D`.
  public static let conv2D = Self(rawValue: 3)
  /// `DEPTHWISE_CONV_2D`.
  public static let depthwiseConv2D = Self(rawValue: 4)
  /// `DEPTH_TO_SPACE`.
  public static let depthToSpace = Self(rawValue: 5)
  /// `DEQUANTIZE`.
  public static let dequantize = Self(rawValue: 6)
  /// `EMBEDDING_LOOKUP`.
  public static let embeddingLookup = Self(rawValue: 7)
  /// `FLOOR`.
  public static let floor = Self(rawValue: 8)
  /// `FULLY_CONNECTED`.
  public static let fullyConnected = Self(rawValue: 9)
  /// `HASHTABLE_LOOKUP`.
  public static let hashtableLookup = Self(rawValue: 10)
  /// `L2_NORMALIZATION`.
  public static let l2Normalization = Self(rawValue: 11)
  /// `L2_POOL_2D`.
  public static let l2Pool2D = Self(rawValue: 12)
  /// `LOCAL_RESPONSE_NORMALIZATION`.
  public static let localResponseNormalization = Self(rawValue: 13)
  /// `LOGISTIC`.
  public static let logistic = Self(rawValue: 14)
  /// `LSH_PROJECTION`.
  public static let lshProjection = Self(rawValue: 15)
  /// `LSTM`.
  public static let lstm = Self(rawValue: 16)
  /// `MAX_POOL_2D`.
  public static let maxPool2D = Self(rawValue: 17)
  /// `MUL`.
  public static let mul = Self(rawValue: 18)
  /// `RELU`.
  public static let relu = Self(rawValue: 19)
  /// `RELU_N1_TO_1`.
  public static let reluN1To1 = Self(rawValue: 20)
  /// `RELU6`.
  public static let relu6 = Self(rawValue: 21)
  /// `RESHAPE`.
  public static let reshape = Self(rawValue: 22)
  /// `RESIZE_BILINEAR`.
  public static let resizeBilinear = Self(rawValue: 23)
  /// `RNN`.
  public static let rnn = Self(rawValue: 24)
  /// `SOFTMAX`.
  public static let softmax = Self(rawValue: 25)
  /// `SPACE_TO_DEPTH`.
  public static let spaceToDepth = Self(rawValue: 26)
  /// `SVDF`.
  public static let svdf = Self(rawValue: 27)
  /// `TANH`.
  public static let tanh = Self(rawValue: 28)
  /// `CONCAT_EMBEDDINGS`.
  public static let concatEmbeddings = Self(rawValue: 29)
  /// `SKIP_GRAM`.
  public static let skipGram = Self(rawValue: 30)
  /// `CALL`.
  public static let call = Self(rawValue: 31)
  /// `CUSTOM`.
  public static let custom = Self(rawValue: 32)
  /// `EMBEDDING_LOOKUP_SPARSE`.
  public static let embeddingLookupSparse = Self(rawValue: 33)
  /// `PAD`.
  public static let pad = Self(rawValue: 34)
  /// `UNIDIRECTIONAL_SEQUENCE_RNN`.
  public static let unidirectionalSequenceRnn = Self(rawValue: 35)
  /// `GATHER`.
  public static let gather = Self(rawValue: 36)
  /// `BATCH_TO_SPACE_ND`.
  public static let batchToSpaceNd = Self(rawValue: 37)
  /// `SPACE_TO_BATCH_ND`.
  public static let spaceToBatchNd = Self(rawValue: 38)
  /// `TRANSPOSE`.
  public static let transpose = Self(rawValue: 39)
  /// `MEAN`.
  public static let mean = Self(rawValue: 40)
  /// `SUB`.
  public static let sub = Self(rawValue: 41)
  /// `DIV`.
  public static let div = Self(rawValue: 42)
  /// `SQUEEZE`.
  public static let squeeze = Self(rawValue: 43)
  /// `UNIDIRECTIONAL_SEQUENCE_LSTM`.
  public static let unidirectionalSequenceLstm = Self(rawValue: 44)
  /// `STRIDED_SLICE`.
  public static let stridedSlice = Self(rawValue: 45)
  /// `BIDIRECTIONAL_SEQUENCE_RNN`.
  public static let bidirectionalSequenceRnn = Self(rawValue: 46)
  /// `EXP`.
  public static let exp = Self(rawValue: 47)
  /// `TOPK_V2`.
  public static let topkV2 = Self(rawValue: 48)
  /// `SPLIT`.
  public static let split = Self(rawValue: 49)
  /// `LOG_SOFTMAX`.
  public static let logSoftmax = Self(rawValue: 50)
  /// `DELEGATE`.
  public static let delegate = Self(rawValue: 51)
  /// `BIDIRECTIONAL_SEQUENCE_LSTM`.
  public static let bidirectionalSequenceLstm = Self(rawValue: 52)
  /// `CAST`.
  public static let cast = Self(rawValue: 53)
  /// `PRELU`.
  public static let prelu = Self(rawValue: 54)
  /// `MAXIMUM`.
  public static let maximum = Self(rawValue: 55)
  /// `ARG_MAX`.
  public static let argMax = Self(rawValue: 56)
  /// `MINIMUM`.
  public static let minimum = Self(rawValue: 57)
  /// `LESS`.
  public static let less = Self(rawValue: 58)
  /// `NEG`.
  public static let neg = Self(rawValue: 59)
  /// `PADV2`.
  public static let padV2 = Self(rawValue: 60)
  /// `GREATER`.
  public static let greater = Self(rawValue: 61)
  /// `GREATER_EQUAL`.
  public static let greaterEqual = Self(rawValue: 62)
  /// `LESS_EQUAL`.
  public static let lessEqual = Self(rawValue: 63)
  /// `SELECT`.
  public static let select = Self(rawValue: 64)
  /// `SLICE`.
  public static let slice = Self(rawValue: 65)
  /// `SIN`.
  public static let sin = Self(rawValue: 66)
  /// `TRANSPOSE_CONV`.
  public static let transposeConv = Self(rawValue: 67)
  /// `SPARSE_TO_DENSE`.
  public static let sparseToDense = Self(rawValue: 68)
  /// `TILE`.
  public static let tile = Self(rawValue: 69)
  /// `EXPAND_DIMS`.
  public static let expandDims = Self(rawValue: 70)
  /// `EQUAL`.
  public static let equal = Self(rawValue: 71)
  /// `NOT_EQUAL`.
  public static let notEqual = Self(rawValue: 72)
  /// `LOG`.
  public static let log = Self(rawValue: 73)
  /// `SUM`.
  public static let sum = Self(rawValue: 74)
  /// `SQRT`.
  public static let sqrt = Self(rawValue: 75)
  /// `RSQRT`.
  public static let rsqrt = Self(rawValue: 76)
  /// `SHAPE`.
  public static let shape = Self(rawValue: 77)
  /// `POW`.
  public static let pow = Self(rawValue: 78)
  /// `ARG_MIN`.
  public static let argMin = Self(rawValue: 79)
  /// `FAKE_QUANT`.
  public static let fakeQuant = Self(rawValue: 80)
  /// `REDUCE_PROD`.
  public static let reduceProd = Self(rawValue: 81)
  /// `REDUCE_MAX`.
  public static let reduceMax = Self(rawValue: 82)
  /// `PACK`.
  public static let pack = Self(rawValue: 83)
  /// `LOGICAL_OR`.
  public static let logicalOr = Self(rawValue: 84)
  /// `ONE_HOT`.
  public static let oneHot = Self(rawValue: 85)
  /// `LOGICAL_AND`.
  public static let logicalAnd = Self(rawValue: 86)
  /// `LOGICAL_NOT`.
  public static let logicalNot = Self(rawValue: 87)
  /// `UNPACK`.
  public static let unpack = Self(rawValue: 88)
  /// `REDUCE_MIN`.
  public static let reduceMin = Self(rawValue: 89)
  /// `FLOOR_DIV`.
  public static let floorDiv = Self(rawValue: 90)
  /// `REDUCE_ANY`.
  public static let reduceAny = Self(rawValue: 91)
  /// `SQUARE`.
  public static let square = Self(rawValue: 92)
  /// `ZEROS_LIKE`.
  public static let zerosLike = Self(rawValue: 93)
  /// `FILL`.
  public static let fill = Self(rawValue: 94)
  /// `FLOOR_MOD`.
  public static let floorMod = Self(rawValue: 95)
  /// `RANGE`.
  public static let range = Self(rawValue: 96)
  /// `RESIZE_NEAREST_NEIGHBOR`.
  public static let resizeNearestNeighbor = Self(rawValue: 97)
  /// `LEAKY_RELU`.
  public static let leakyRelu = Self(rawValue: 98)
  /// `SQUARED_DIFFERENCE`.
  public static let squaredDifference = Self(rawValue: 99)
  /// `MIRROR_PAD`.
  public static let mirrorPad = Self(rawValue: 100)
  /// `ABS`.
  public static let abs = Self(rawValue: 101)
  /// `SPLIT_V`.
  public static let splitV = Self(rawValue: 102)
  /// `UNIQUE`.
  public static let unique = Self(rawValue: 103)
  /// `CEIL`.
  public static let ceil = Self(rawValue: 104)
  /// `REVERSE_V2`.
  public static let reverseV2 = Self(rawValue: 105)
  /// `ADD_N`.
  public static let addN = Self(rawValue: 106)
  /// `GATHER_ND`.
  public static let gatherNd = Self(rawValue: 107)
  /// `COS`.
  public static let cos = Self(rawValue: 108)
  /// `WHERE`.
  public static let `where` = Self(rawValue: 109)
  /// `RANK`.
  public static let rank = Self(rawValue: 110)
  /// `ELU`.
  public static let elu = Self(rawValue: 111)
  /// `REVERSE_SEQUENCE`.
  public static let reverseSequence = Self(rawValue: 112)
  /// `MATRIX_DIAG`.
  public static let matrixDiag = Self(rawValue: 113)
  /// `QUANTIZE`.
  public static let quantize = Self(rawValue: 114)
  /// `MATRIX_SET_DIAG`.
  public static let matrixSetDiag = Self(rawValue: 115)
  /// `ROUND`.
  public static let round = Self(rawValue: 116)
  /// `HARD_SWISH`.
  public static let hardSwish = Self(rawValue: 117)
  /// `IF`.
  public static let `if` = Self(rawValue: 118)
  /// `WHILE`.
  public static let `while` = Self(rawValue: 119)
}

extension BuiltinOperator {
  static let schemaNames: [String] =
    """
    ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
    FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC
    LSH_PROJECTION LSTM MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX
    SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD
    UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE
    UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE
    BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2 GREATER GREATER_EQUAL
    LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG SUM SQRT
    RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT
    UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR
    LEAKY_RELU SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK
    ELU REVERSE_SEQUENCE MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4
    NON_MAX_SUPPRESSION_V5 SCATTER_ND SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL
    PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D IMAG REAL COMPLEX_ABS
    HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE
    READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL
    GELU DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2
    UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT STABLEHLO_LOGISTIC STABLEHLO_ADD STABLEHLO_DIVIDE
    STABLEHLO_MULTIPLY STABLEHLO_MAXIMUM STABLEHLO_RESHAPE STABLEHLO_CLAMP STABLEHLO_CONCATENATE
    STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CONVOLUTION STABLEHLO_SLICE STABLEHLO_CUSTOM_CALL STABLEHLO_REDUCE
    STABLEHLO_ABS STABLEHLO_AND STABLEHLO_COSINE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR STABLEHLO_LOG
    STABLEHLO_MINIMUM STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_POWER STABLEHLO_REMAINDER STABLEHLO_RSQRT
    STABLEHLO_SELECT STABLEHLO_SUBTRACT STABLEHLO_TANH STABLEHLO_SCATTER STABLEHLO_COMPARE STABLEHLO_CONVERT
    STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_PAD STABLEHLO_IOTA STABLEHLO_DOT_GENERAL
    STABLEHLO_REDUCE_WINDOW STABLEHLO_SORT STABLEHLO_WHILE STABLEHLO_GATHER STABLEHLO_TRANSPOSE DILATE
    STABLEHLO_RNG_BIT_GENERATOR REDUCE_WINDOW STABLEHLO_COMPOSITE STABLEHLO_SHIFT_LEFT STABLEHLO_CBRT
    STABLEHLO_CASE
    """.split { $0 == " " || $0 == "\n" }.map(String.init)
}
