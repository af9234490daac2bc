public import TFLite

/// A summary of a model in plain values, for people and programs.
public struct ModelSummary: Sendable, Hashable, Codable {
  /// A tensor.
  public struct TensorSummary: Sendable, Hashable, Codable {
    /// Its index in the subgraph.
    public let index: Int
    /// Its name, or an empty string.
    public let name: String
    /// Its element type, by the schema's name.
    public let type: String
    /// Its shape, the outermost dimension first.
    public let shape: [Int32]
    /// Its quantisation, such as `0.0235 (q − 3)`, or nil if it is not quantised.
    public let quantization: String?
    /// The size of its contents in bytes, or nil if it is not a constant.
    public let constantBytes: Int?
  }

  /// An operator.
  public struct OperatorSummary: Sendable, Hashable, Codable {
    /// Its position in execution order.
    public let index: Int
    /// Its name: the schema's, or a custom operator's own.
    public let name: String
    /// The operator version that the model requires.
    public let version: Int32
    /// The indices of the tensors that it reads; −1 for an absent optional tensor.
    public let inputs: [Int32]
    /// The indices of the tensors that it writes.
    public let outputs: [Int32]
    /// Its options, such as `SoftmaxOptions(beta: 1.0)`, or nil if it has none.
    public let options: String?
    /// The size of a custom operator's options in bytes.
    public let customOptionBytes: Int?
  }

  /// A subgraph.
  public struct GraphSummary: Sendable, Hashable, Codable {
    /// Its name, or an empty string.
    public let name: String
    /// The indices of its inputs.
    public let inputs: [Int32]
    /// The indices of its outputs.
    public let outputs: [Int32]
    /// Its tensors, by index.
    public let tensors: [TensorSummary]
    /// Its operators in execution order.
    public let operators: [OperatorSummary]
  }

  /// A metadata entry.
  public struct MetadataSummary: Sendable, Hashable, Codable {
    /// Its name.
    public let name: String
    /// The size of its contents in bytes.
    public let bytes: Int
  }

  /// The operators compiled for an Edge TPU.
  public struct CompiledSummary: Sendable, Hashable, Codable {
    /// Their name.
    public let name: String
    /// The number of compiled operators.
    public let operators: Int
    /// The size in bytes of the device's program and weights.
    public let bytes: Int
    /// The operators that run on the processor, in execution order.
    public let onProcessor: [String]
  }

  /// The imprinting tail.
  public struct HeadSummary: Sendable, Hashable, Codable {
    /// The number of classes.
    public let classes: Int
    /// The dimension of the embedding.
    public let dimension: Int
    /// The factor of the cosines before the softmax.
    public let scale: Float
    /// The element type of the class rows.
    public let rows: String
  }

  /// A head with an analytic solution.
  public struct SolvedHeadSummary: Sendable, Hashable, Codable {
    /// The number of classes, including those of a base.
    public let classes: Int
    /// How many of the first classes are the base's.
    public let baseClasses: Int
    /// The number of rows of each class; of the base's classes if there is a base.
    public let rowsPerClass: Int
    /// The dimension of the embedding.
    public let dimension: Int
    /// The transform of the embedding before it is normalised; for the base's classes if there is a base.
    public let transform: FeatureTransform
  }

  /// The schema version.
  public let version: UInt32
  /// The file's description, or an empty string.
  public let description: String
  /// The subgraphs; the first one is the main subgraph.
  public let graphs: [GraphSummary]
  /// The metadata entries.
  public let metadata: [MetadataSummary]
  /// The keys of the signatures.
  public let signatures: [String]
  /// The keys of the signatures that name other tensors than the graph's inputs and outputs; running ignores them.
  public let staleSignatures: [String]
  /// The size in bytes of the data after the model, such as an archive of labels.
  public let trailingBytes: Int
  /// The model's metadata, or nil if it has none.
  public let about: DescriptionSummary?
  /// The part compiled for an Edge TPU, or nil.
  public let compiled: CompiledSummary?
  /// The imprinting tail, or nil.
  public let head: HeadSummary?
  /// The head with an analytic solution, or nil.
  public let solvedHead: SolvedHeadSummary?

  /// Summarises a model.
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
    staleSignatures = model.staleSignatures
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
      transform: found.transform)
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

/// A summary of a model's metadata, `TFLITE_METADATA`, and of its packed files, in plain values.
public struct DescriptionSummary: Sendable, Hashable, Codable {
  /// The model's name.
  public let name: String?
  /// The model's description.
  public let description: String?
  /// The version that its authors gave it.
  public let version: String?
  /// The author.
  public let author: String?
  /// The licence.
  public let license: String?
  /// The normalisation of input pictures.
  public let normalization: PictureNormalization?
  /// The name of the packed label file.
  public let labelFile: String?
  /// The names of all packed files.
  public let files: [String]
  /// Why the metadata cannot be read, or nil if it can.
  public let problem: String?

  /// Summarises a model's metadata; returns nil if it has none.
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
