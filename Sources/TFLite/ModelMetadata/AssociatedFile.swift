/// A file that goes with a model or a tensor: it is packed behind the model, in a zip.
public struct AssociatedFile: Sendable, Hashable {
  /// The file's name in the zip.
  public var name: Text?
  /// What it holds.
  public var description: Text?
  /// What it is for.
  public var type: AssociatedFileType
  /// Its language, such as `en-US`.
  public var locale: Text?
  /// Its version.
  public var version: Text?

  /// A file of a name and a purpose.
  public init(name: Text?, type: AssociatedFileType) {
    self.name = name
    self.type = type
  }
}
