/// What a model says about one of its subgraphs.
public struct SubGraphMetadata: Sendable, Hashable {
  /// The subgraph's name.
  public var name: Text?
  /// What it does.
  public var description: Text?
  /// One for each of the subgraph's inputs, in their order.
  public var inputs: [TensorMetadata] = []
  /// One for each of the subgraph's outputs, in their order.
  public var outputs: [TensorMetadata] = []
  /// Files that go with the subgraph.
  public var associatedFiles: [AssociatedFile] = []
  /// Work to be done on several inputs together.
  public var inputProcessUnits: [ProcessUnit] = []
  /// Work to be done on several outputs together.
  public var outputProcessUnits: [ProcessUnit] = []
  /// Inputs that belong together.
  public var inputTensorGroups: [TensorGroup] = []
  /// Outputs that belong together.
  public var outputTensorGroups: [TensorGroup] = []
  /// Data of a form that only its name tells.
  public var customMetadata: [CustomMetadata] = []

  /// A subgraph of which nothing is said.
  public init() {}
}
