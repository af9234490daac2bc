public import TFLite

/// A model in plain values, for people and for machines to read.
public struct ModelSummary: Sendable, Hashable, Codable {
  /// A tensor.
  public struct TensorSummary: Sendable, Hashable, Codable {
    /// Its number in its subgraph.
    public let index: Int
    /// Its name, empty where it has none.
    public let name: String
    /// Its element type, as the schema names it.
    public let type: String
    /// Its dimensions, outermost first.
    public let shape: [Int32]
    /// How its elements stand for numbers, such as `0.0235 (q − 0)`, or nil where it is not quantised.
    public let quantization: String?
    /// Bytes of contents in the file, or nil where it is no constant.
    public let constantBytes: Int?
  }

  /// An operator.
  public struct OperatorSummary: Sendable, Hashable, Codable {
    /// Its place in the order of running.
    public let index: Int
    /// Its name: that of the schema, or a custom operator's own.
    public let name: String
    /// The version of the operator that the model asks for.
    public let version: Int32
    /// The tensors that it reads, by number; -1 is none.
    public let inputs: [Int32]
    /// The tensors that it writes, by number.
    public let outputs: [Int32]
    /// Its options, such as `SoftmaxOptions(beta: 1.0)`, or nil where it has none.
    public let options: String?
    /// Bytes of a custom operator's options.
    public let customOptionBytes: Int?
  }

  /// A graph of operators.
  public struct GraphSummary: Sendable, Hashable, Codable {
    /// Its name, empty where it has none.
    public let name: String
    /// The tensors that it takes, by number.
    public let inputs: [Int32]
    /// The tensors that it gives, by number.
    public let outputs: [Int32]
    /// Its tensors, by number.
    public let tensors: [TensorSummary]
    /// Its operators, in the order of running.
    public let operators: [OperatorSummary]
  }

  /// A metadata entry.
  public struct MetadataSummary: Sendable, Hashable, Codable {
    /// Its name.
    public let name: String
    /// How long its contents are.
    public let bytes: Int
  }

  /// Operators that are compiled for an Edge TPU.
  public struct CompiledSummary: Sendable, Hashable, Codable {
    /// Their name.
    public let name: String
    /// How many of them there are.
    public let operators: Int
    /// Bytes of what the device is given, its program and the weights.
    public let bytes: Int
    /// The operators that stay on the processor, in the order of running.
    public let onProcessor: [String]
  }

  /// The imprinting tail.
  public struct HeadSummary: Sendable, Hashable, Codable {
    /// How many classes it has.
    public let classes: Int
    /// The number of the embedding's elements.
    public let dimension: Int
    /// What the cosines are multiplied by before the softmax.
    public let scale: Float
    /// The element type of the rows.
    public let rows: String
  }

  /// A head that was solved for.
  public struct SolvedHeadSummary: Sendable, Hashable, Codable {
    /// How many classes it has, those of a base among them.
    public let classes: Int
    /// How many of them, the first ones, are the base's.
    public let baseClasses: Int
    /// The rows of each of the classes; of the base's where there is one.
    public let rowsPerClass: Int
    /// The number of the embedding's elements.
    public let dimension: Int
    /// What is done to the embedding before it is normalised; for the base's classes where there is one.
    public let root: EmbeddingRoot
  }

  /// The schema version.
  public let version: UInt32
  /// What the file says of itself, empty where it says nothing.
  public let description: String
  /// Its graphs; the first one runs when the model is run.
  public let graphs: [GraphSummary]
  /// Its metadata entries.
  public let metadata: [MetadataSummary]
  /// The names of its signatures.
  public let signatures: [String]
  /// Bytes behind the model proper, such as an archive of labels.
  public let trailingBytes: Int
  /// What the model says about itself, or nil where it says nothing.
  public let about: DescriptionSummary?
  /// What is compiled for an Edge TPU, or nil where nothing is.
  public let compiled: CompiledSummary?
  /// The imprinting tail, or nil where the model has none.
  public let head: HeadSummary?
  /// The head that was solved for, or nil where the model has none.
  public let solvedHead: SolvedHeadSummary?

  /// Sums a model up.
  ///
  /// - Complexity: O(tensors + operators); no weights are read.
  public init(_ model: Model) {
    version = model.version
    description = model.description?.string ?? ""
    graphs = model.subgraphs.map { graph in
      GraphSummary(
        name: graph.name?.string ?? "", inputs: graph.inputs, outputs: graph.outputs,
        tensors: graph.tensors.enumerated().map { Self.summary(of: $1, index: $0, in: model) },
        operators: graph.operators.enumerated().map { Self.summary(of: $1, index: $0, in: model) })
    }
    metadata = model.metadata.map { entry in
      let name = entry.name ?? ""
      return MetadataSummary(name: name.string, bytes: model.metadata(named: name)?.count ?? 0)
    }
    signatures = model.signatureDefs.map { $0.signatureKey?.string ?? "" }
    trailingBytes = model.trailing.count
    about = DescriptionSummary(model)
    compiled = Self.compiled(model)
    head = (try? ImprintingTail(of: model)).map {
      HeadSummary(
        classes: $0.classCount, dimension: $0.dimension, scale: $0.scale, rows: $0.rowEncoding.type.name)
    }
    solvedHead = head == nil ? (try? BaseClassifier(of: model)).flatMap(Self.solvedHead) : nil
  }

  private static func compiled(_ model: Model) -> CompiledSummary? {
    let operators = model.mainSubgraph?.operators ?? []
    let compiled = operators.filter { model.name(of: $0) == Model.compiledOperatorName }
    guard !compiled.isEmpty else { return nil }
    return CompiledSummary(
      name: Model.compiledOperatorName, operators: compiled.count,
      bytes: compiled.reduce(0) { $0 + ($1.customOptions?.count ?? 0) },
      onProcessor: operators.map { model.name(of: $0) }.filter { $0 != Model.compiledOperatorName })
  }

  private static func solvedHead(_ found: BaseClassifier) -> SolvedHeadSummary? {
    let base: Int
    switch found.layout {
    case .linear: return nil
    case .normalized: base = 0
    case .kept(let count): base = count
    }
    return SolvedHeadSummary(
      classes: found.classCount, baseClasses: base, rowsPerClass: found.rowsPerClass, dimension: found.dimension,
      root: found.root)
  }

  private static func summary(of tensor: Tensor, index: Int, in model: Model) -> TensorSummary {
    TensorSummary(
      index: index, name: tensor.name?.string ?? "", type: tensor.type.name, shape: tensor.shape,
      quantization: tensor.quantization.flatMap(words), constantBytes: model.constant(tensor)?.count)
  }

  private static func summary(of op: Operator, index: Int, in model: Model) -> OperatorSummary {
    OperatorSummary(
      index: index, name: model.name(of: op), version: model.operatorCode(of: op)?.version ?? 0, inputs: op.inputs,
      outputs: op.outputs, options: (op.options ?? op.options2).map { "\($0)" },
      customOptionBytes: op.customOptions?.count)
  }

  private static func words(for quantization: QuantizationParameters) -> String? {
    guard let scale = quantization.scale.first else { return nil }
    if quantization.scale.count > 1 {
      return "\(quantization.scale.count) scales along dimension \(quantization.quantizedDimension)"
    }
    let zeroPoint = quantization.zeroPoint.first ?? 0
    return zeroPoint == 0 ? "\(scale) q" : "\(scale) (q \(zeroPoint < 0 ? "+" : "−") \(zeroPoint.magnitude))"
  }
}

/// What a model's metadata, `TFLITE_METADATA`, and the files packed behind it say, in plain values.
public struct DescriptionSummary: Sendable, Hashable, Codable {
  /// The model's name.
  public let name: String?
  /// What it does.
  public let description: String?
  /// The version that its makers gave it.
  public let version: String?
  /// Who made it.
  public let author: String?
  /// Under what terms it may be used.
  public let license: String?
  /// What becomes of a picture's bytes.
  public let normalization: PictureNormalization?
  /// The packed file with the names of the classes.
  public let labelFile: String?
  /// All packed files, by name.
  public let files: [String]
  /// What of it cannot be read, and is passed over, or nil where all can.
  public let problem: String?

  /// Sums up what a model says about itself; nil of one that says nothing.
  public init?(_ model: Model) {
    files = PackedFiles(behind: model).contents.keys.sorted()
    labelFile = model.labelFile?.name
    guard !files.isEmpty || model.metadata(named: ModelMetadata.entryName) != nil else { return nil }
    var metadata: ModelMetadata?
    var normalization: PictureNormalization?
    var problem: String?
    do {
      metadata = try model.modelMetadata
      problem = metadata?.newerPlaces.first.map { "it is newer than the schema known here: \($0)" }
      normalization = try model.pictureNormalization
    } catch {
      problem = "\(error)"
    }
    name = metadata?.name?.string
    description = metadata?.description?.string
    version = metadata?.version?.string
    author = metadata?.author?.string
    license = metadata?.license?.string
    self.normalization = normalization
    self.problem = problem
  }
}
