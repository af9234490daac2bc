/// A named buffer with data about the model.
public struct Metadata: Sendable, Hashable {
  /// What the data is, such as `TFLITE_METADATA`.
  public var name: Text?
  /// The index of the data in ``Model/buffers``.
  public var buffer: UInt32
  /// Fields that the schema known here does not have: they are not kept, and a model with any is not written.
  public internal(set) var newerFields: FieldSet = []

  /// A name for the data of a buffer.
  public init(name: Text?, buffer: UInt32) {
    self.name = name
    self.buffer = buffer
  }
}
