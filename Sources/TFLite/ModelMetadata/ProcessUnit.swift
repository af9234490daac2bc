/// A step of processing a tensor outside the model.
public struct ProcessUnit: Sendable, Hashable {
  /// The step's options, or nil if the file does not state them.
  public var options: ProcessUnitOptions?

  /// Creates a step.
  public init(_ options: ProcessUnitOptions?) { self.options = options }
}

extension ProcessUnit: TableValue {
  enum Fields {
    static let optionsType = Field(0, "options_type")
    static let options = Field(1, "options")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init(try Self.options(table, &reader))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  private static func options(
    _ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader
  ) throws(TFLiteError) -> ProcessUnitOptions? {
    let number: UInt8 = try reader.number(table, Fields.optionsType)
    let options: ProcessUnitOptions?
    switch number {
    case 0: return nil
    case 1: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.normalization)
    case 2: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.scoreCalibration)
    case 3: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.scoreThresholding)
    case 4: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.bertTokenizer)
    case 5: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.sentencePieceTokenizer)
    case 6: options = try reader.nested(table, Fields.options).map(ProcessUnitOptions.regexTokenizer)
    default:
      try reader.noteNewer(Fields.optionsType)
      options = nil
    }
    return options ?? .empty(number)
  }

  var node: TableNode {
    var node = TableNode()
    switch options {
    case .normalization(let options): node.add(1, options)
    case .scoreCalibration(let options): node.add(2, options)
    case .scoreThresholding(let options): node.add(3, options)
    case .bertTokenizer(let options): node.add(4, options)
    case .sentencePieceTokenizer(let options): node.add(5, options)
    case .regexTokenizer(let options): node.add(6, options)
    case .empty(let number): node.add(Fields.optionsType, number)
    case nil: break
    }
    return node
  }
}

extension TableNode {
  fileprivate mutating func add(_ number: UInt8, _ options: some TableValue) {
    add(ProcessUnit.Fields.optionsType, number)
    add(ProcessUnit.Fields.options, options)
  }
}

/// The options of a step of processing.
public enum ProcessUnitOptions: Sendable, Hashable {
  /// Normalisation: (x − mean) / std.
  case normalization(NormalizationOptions)
  /// Calibration of scores, with the parameters in an associated file.
  case scoreCalibration(ScoreCalibrationOptions)
  /// Removal of scores below a threshold.
  case scoreThresholding(ScoreThresholdingOptions)
  /// BERT tokenisation.
  case bertTokenizer(BertTokenizerOptions)
  /// SentencePiece tokenisation.
  case sentencePieceTokenizer(SentencePieceTokenizerOptions)
  /// Tokenisation with a regular expression.
  case regexTokenizer(RegexTokenizerOptions)
  /// The file states a step by its number, without options.
  case empty(UInt8)
}

/// The normalisation (x − mean) / std for each channel; a single number applies to all channels.
public struct NormalizationOptions: Sendable, Hashable {
  /// The means.
  public var mean: [Float]
  /// The standard deviations.
  public var std: [Float]

  /// Creates a normalisation.
  public init(mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }
}

extension NormalizationOptions: TableValue {
  enum Fields {
    static let mean = Field(0, "mean")
    static let std = Field(1, "std")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    mean = try reader.numbers(table, Fields.mean)
    std = try reader.numbers(table, Fields.std)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.mean, mean, [])
    node.add(Fields.std, std, [])
    return node
  }
}

/// The calibration of scores, with the parameters in an associated file.
public struct ScoreCalibrationOptions: Sendable, Hashable {
  /// The transformation that is applied to a score first, by the schema's number.
  public var transformation: Int8
  /// The score of a class without parameters.
  public var defaultScore: Float

  /// Creates a calibration.
  public init(transformation: Int8, defaultScore: Float) {
    self.transformation = transformation
    self.defaultScore = defaultScore
  }
}

extension ScoreCalibrationOptions: TableValue {
  enum Fields {
    static let transformation = Field(0, "score_transformation")
    static let defaultScore = Field(1, "default_score")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    transformation = try reader.number(table, Fields.transformation)
    defaultScore = Float(bitPattern: try reader.number(table, Fields.defaultScore))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.transformation, transformation)
    node.add(Fields.defaultScore, defaultScore.bitPattern)
    return node
  }
}

/// The removal of scores below a threshold.
public struct ScoreThresholdingOptions: Sendable, Hashable {
  /// The least score that is kept.
  public var threshold: Float

  /// Creates the options from a threshold.
  public init(threshold: Float) { self.threshold = threshold }
}

extension ScoreThresholdingOptions: TableValue {
  enum Fields {
    static let threshold = Field(0, "global_score_threshold")
    static let count = 1
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    threshold = Float(bitPattern: try reader.number(table, Fields.threshold))
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.threshold, threshold.bitPattern)
    return node
  }
}

/// The files of a BERT tokeniser.
public struct BertTokenizerOptions: Sendable, Hashable {
  /// The tokeniser's vocabularies.
  public var vocabularies: [AssociatedFile] = []

  /// Creates a tokeniser without files.
  public init() {}
}

extension BertTokenizerOptions: TableValue {
  enum Fields {
    static let vocabularies = Field(0, "vocab_file")
    static let count = 1
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    vocabularies = try reader.tables(table, Fields.vocabularies)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.vocabularies, vocabularies, [])
    return node
  }
}

/// The files of a SentencePiece tokeniser.
public struct SentencePieceTokenizerOptions: Sendable, Hashable {
  /// The tokeniser's models.
  public var models: [AssociatedFile] = []
  /// The tokeniser's vocabularies.
  public var vocabularies: [AssociatedFile] = []

  /// Creates a tokeniser without files.
  public init() {}
}

extension SentencePieceTokenizerOptions: TableValue {
  enum Fields {
    static let models = Field(0, "sentencePiece_model")
    static let vocabularies = Field(1, "vocab_file")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    models = try reader.tables(table, Fields.models)
    vocabularies = try reader.tables(table, Fields.vocabularies)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.models, models, [])
    node.add(Fields.vocabularies, vocabularies, [])
    return node
  }
}

/// A tokeniser that splits text where a regular expression matches.
public struct RegexTokenizerOptions: Sendable, Hashable {
  /// The regular expression.
  public var pattern: Text?
  /// The tokeniser's vocabularies.
  public var vocabularies: [AssociatedFile] = []

  /// Creates a tokeniser without an expression.
  public init() {}
}

extension RegexTokenizerOptions: TableValue {
  enum Fields {
    static let pattern = Field(0, "delim_regex_pattern")
    static let vocabularies = Field(1, "vocab_file")
    static let count = 2
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    pattern = try reader.text(table, Fields.pattern)
    vocabularies = try reader.tables(table, Fields.vocabularies)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.pattern, pattern)
    node.add(Fields.vocabularies, vocabularies, [])
    return node
  }
}
