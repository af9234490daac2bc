/// A named way to call a graph of the model, with names for its inputs and outputs.
public struct SignatureDef: Sendable, Hashable {
  /// The names of the inputs.
  public var inputs: [TensorMap] = []
  /// The names of the outputs.
  public var outputs: [TensorMap] = []
  /// The signature's own name, such as `serving_default`.
  public var signatureKey: Text?
  /// A tag that old files have.
  public var deprecatedTag: Text?
  /// The index of the graph that is called.
  public var subgraphIndex: UInt32 = 0
  /// The vectors that are stored with no element.
  public var storedEmpty: FieldSet = []
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A signature with no name, inputs or outputs yet, of the first graph.
  public init() {}
}
