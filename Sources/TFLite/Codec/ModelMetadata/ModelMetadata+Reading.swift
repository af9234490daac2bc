extension ModelMetadata {
  /// Reads the contents of a model's metadata entry.
  ///
  /// Every offset, length and alignment is verified, as with a model.
  ///
  /// - Throws: ``TFLiteError/malformed(field:reason:)`` or ``TFLiteError/outOfProportion(field:)``, each naming the place
  ///   within `TFLITE_METADATA`.
  /// - Complexity: O(the number of tables and of their vectors); the memory used is at most in proportion to the bytes.
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
