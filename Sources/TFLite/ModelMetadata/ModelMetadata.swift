/// The description of a model, its tensors and its packed files: the contents of the metadata entry `TFLITE_METADATA`,
/// which is a FlatBuffers file itself.
///
/// The properties have the metadata schema's names and meanings. A vector that the file stores empty reads as absent.
public struct ModelMetadata: Sendable, Hashable {
  /// The model's name.
  public var name: Text?
  /// A description of the model.
  public var description: Text?
  /// The model's version, as its authors state it.
  public var version: Text?
  /// One for each subgraph, the main one first.
  public var subgraphs: [SubGraphMetadata] = []
  /// The model's author.
  public var author: Text?
  /// The model's licence.
  public var license: Text?
  /// Files that belong to the model as a whole.
  public var associatedFiles: [AssociatedFile] = []
  /// The least version of a reader that knows all fields used, such as `1.0.0`.
  public var minParserVersion: Text?
  /// The places that hold something newer than the known schema: it is dropped, and metadata that has any cannot be
  /// written.
  public internal(set) var newerPlaces: [String] = []

  /// The name of the model's metadata entry.
  public static let entryName: Text = "TFLITE_METADATA"
  /// The four bytes that mark the file, from its fifth byte on.
  public static let fileIdentifier = "M001"

  /// Creates empty metadata.
  public init() {}
}

extension ModelMetadata {
  /// Reads the contents of a model's metadata entry.
  ///
  /// Every offset, length and alignment is verified, as with a model.
  ///
  /// - Throws: ``TFLiteError/malformed(field:reason:)`` or ``TFLiteError/outOfProportion(field:)``, with a place within
  ///   `TFLITE_METADATA`.
  /// - Complexity: O(number of tables and size of their vectors); the memory used is at most proportional to the bytes.
  public init(bytes: Bytes) throws(TFLiteError) {
    self = try bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(TFLiteError) -> ModelMetadata in
      var reader = FlatBufferReader(bytes: bytes, raw: raw)
      return try reader.within(Self.entryName.string) { (reader: inout FlatBufferReader) throws(TFLiteError) in
        guard bytes.slice(4..<8) == Bytes(Array(Self.fileIdentifier.utf8)), let root = reader.load(UInt32.self, at: 0)
        else { throw reader.malformed("its bytes 5 to 8 are not \"\(Self.fileIdentifier)\"") }
        var metadata = try ModelMetadata(reader.table(at: Int(root)), &reader)
        metadata.newerPlaces = reader.newerPlaces
        return metadata
      }
    }
  }
}

extension ModelMetadata {
  /// Returns the contents of a model's metadata entry.
  ///
  /// - Throws: ``TFLiteError/newerThanSchema(field:what:)`` if the metadata was read from a file that holds something
  ///   newer than the known schema; ``TFLiteError/tooLarge(bytes:)``.
  public func serialized() throws(TFLiteError) -> Bytes {
    if let place = newerPlaces.first {
      throw .newerThanSchema(field: Self.entryName.string, what: place)
    }
    return Bytes(SerializedModel(try FlatBufferWriter.file(of: node, identifier: Self.fileIdentifier)).bytes())
  }
}

extension ModelMetadata: TableValue {
  enum Fields {
    static let name = Field(0, "name")
    static let description = Field(1, "description")
    static let version = Field(2, "version")
    static let subgraphs = Field(3, "subgraph_metadata")
    static let author = Field(4, "author")
    static let license = Field(5, "license")
    static let associatedFiles = Field(6, "associated_files")
    static let minParserVersion = Field(7, "min_parser_version")
    static let count = 8
  }

  init(_ table: FlatBufferReader.Table, _ reader: inout FlatBufferReader) throws(TFLiteError) {
    self.init()
    name = try reader.text(table, Fields.name)
    description = try reader.text(table, Fields.description)
    version = try reader.text(table, Fields.version)
    subgraphs = try reader.tables(table, Fields.subgraphs)
    author = try reader.text(table, Fields.author)
    license = try reader.text(table, Fields.license)
    associatedFiles = try reader.tables(table, Fields.associatedFiles)
    minParserVersion = try reader.text(table, Fields.minParserVersion)
    try reader.noteNewerFields(table, known: Fields.count)
  }

  var node: TableNode {
    var node = TableNode()
    node.add(Fields.name, name)
    node.add(Fields.description, description)
    node.add(Fields.version, version)
    node.add(Fields.subgraphs, subgraphs, [])
    node.add(Fields.author, author)
    node.add(Fields.license, license)
    node.add(Fields.associatedFiles, associatedFiles, [])
    node.add(Fields.minParserVersion, minParserVersion)
    return node
  }
}
