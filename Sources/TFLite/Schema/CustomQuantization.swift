/// Parameters of an experiment with quantisation.
public struct CustomQuantization: Sendable, Hashable {
  /// The parameters, in the experiment's own format.
  public var custom: Bytes?
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// Parameters in an experiment's own format.
  public init(custom: Bytes? = nil) { self.custom = custom }
}
