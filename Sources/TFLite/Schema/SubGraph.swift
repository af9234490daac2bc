/// A graph: tensors, and the operators that compute some from others, in the order of execution.
public struct SubGraph: Sendable, Hashable {
  /// All tensors of the graph; every index below points into it.
  public var tensors: [Tensor] = []
  /// The tensors that a caller fills in.
  public var inputs: [Int32] = []
  /// The tensors that a caller reads.
  public var outputs: [Int32] = []
  /// The operators, in the order of execution.
  public var operators: [Operator] = []
  /// The graph's name.
  public var name: Text?
  /// An index into debugging metadata, or -1.
  public var debugMetadataIndex: Int32 = -1
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A graph with nothing in it.
  public init() {}

  /// The tensor of an index that an operator or a list of inputs holds, or nil for -1 and other indices of none.
  public func tensor(_ index: Int32) -> Tensor? {
    Int(exactly: index).flatMap { tensors.indices.contains($0) ? tensors[$0] : nil }
  }
}
