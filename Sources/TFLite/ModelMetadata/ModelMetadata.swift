/// What a model says about itself, its tensors and the files that are packed behind it: the contents of the metadata
/// entry `TFLITE_METADATA`, a FlatBuffers file of its own.
///
/// The fields have the metadata schema's names and meanings; a vector that is stored with no element reads as one that is
/// absent.
public struct ModelMetadata: Sendable, Hashable {
  /// The model's name.
  public var name: Text?
  /// What the model does.
  public var description: Text?
  /// The version that its makers gave it.
  public var version: Text?
  /// One for each subgraph; the first is that of the main one.
  public var subgraphs: [SubGraphMetadata] = []
  /// Who made the model.
  public var author: Text?
  /// Under what terms it may be used.
  public var license: Text?
  /// Files that go with the model as a whole.
  public var associatedFiles: [AssociatedFile] = []
  /// The least version of a reader that knows all the fields, such as `1.0.0`.
  public var minParserVersion: Text?
  /// The places that hold something which the schema known here does not have: it is not kept, and metadata with any is
  /// not written.
  public internal(set) var newerPlaces: [String] = []

  /// The name of the model's metadata entry.
  public static let entryName: Text = "TFLITE_METADATA"
  /// The four bytes that mark the file, from its fifth byte on.
  public static let fileIdentifier = "M001"

  /// Metadata that says nothing.
  public init() {}
}
