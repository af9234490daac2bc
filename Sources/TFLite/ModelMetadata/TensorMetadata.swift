/// What a model says about one of its inputs or outputs.
public struct TensorMetadata: Sendable, Hashable {
  /// The tensor's name for people.
  public var name: Text?
  /// What it holds.
  public var description: Text?
  /// Names of its dimensions.
  public var dimensionNames: [Text] = []
  /// What kind of thing it holds.
  public var content: TensorContent?
  /// Work to be done before or after running the model, in order.
  public var processUnits: [ProcessUnit] = []
  /// The range of its numbers.
  public var stats: TensorStats?
  /// Files that go with it, such as the names of classes.
  public var associatedFiles: [AssociatedFile] = []

  /// A tensor of which nothing is said.
  public init() {}
}
