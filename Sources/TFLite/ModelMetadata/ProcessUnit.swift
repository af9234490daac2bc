/// Work to be done on a tensor outside the model.
public struct ProcessUnit: Sendable, Hashable {
  /// What is to be done, or nil where the file does not say.
  public var options: ProcessUnitOptions?

  /// Some work.
  public init(_ options: ProcessUnitOptions?) { self.options = options }
}
