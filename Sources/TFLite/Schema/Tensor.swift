/// A tensor of a graph: its shape and type, and where its data lies if it is constant.
public struct Tensor: Sendable, Hashable {
  /// The size of each dimension; empty for a scalar.
  public var shape: [Int32]
  /// What the elements are.
  public var type: TensorType
  /// The index of the buffer with the data; 0 for a tensor that is computed.
  public var buffer: UInt32
  /// The tensor's name.
  public var name: Text?
  /// How stored numbers stand for real ones.
  public var quantization: QuantizationParameters?
  /// Whether the tensor keeps its value from one run to the next.
  public var isVariable = false
  /// How the data is packed, where it is sparse.
  public var sparsity: SparsityParameters?
  /// The shape with -1 for dimensions that are unknown until the model runs; empty where all are known.
  public var shapeSignature: [Int32] = []
  /// With an empty shape: whether the tensor is known to be a scalar.
  public var hasRank = false
  /// The types that a variant tensor wraps.
  public var variantTensors: [VariantSubType] = []
  /// The identifier of the external buffer with the data, or 0.
  public var externalBuffer: UInt32 = 0
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A tensor of a shape and a type.
  ///
  /// - Parameters:
  ///   - shape: The size of each dimension.
  ///   - type: What the elements are.
  ///   - buffer: The index of the buffer with the data; 0 for a tensor that is computed.
  ///   - name: The tensor's name.
  ///   - quantization: How stored numbers stand for real ones.
  public init(
    shape: [Int32], type: TensorType, buffer: UInt32 = 0, name: Text? = nil,
    quantization: QuantizationParameters? = nil
  ) {
    self.shape = shape
    self.type = type
    self.buffer = buffer
    self.name = name
    self.quantization = quantization
  }

  /// The product of the dimensions (1 for a scalar), or nil where one is negative or the product does not fit.
  public var elementCount: Int? {
    var product = 1
    for dimension in shape {
      guard dimension >= 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(dimension))
      guard !overflow else { return nil }
      product = next
    }
    return product
  }

  /// The bytes that the tensor's elements take when they lie densely, or nil where that is unknown.
  public var byteCount: Int? { elementCount.flatMap { type.byteCount(elements: $0) } }
}
