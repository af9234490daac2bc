extension ModelMetadata {
  /// The contents of a model's metadata entry.
  ///
  /// - Throws: ``TFLiteError/newerThanSchema(field:what:)`` when the metadata was read from a file that holds what the
  ///   schema known here has no place for, ``TFLiteError/tooLarge(bytes:)``.
  public func serialized() throws(TFLiteError) -> Bytes {
    if let place = newerPlaces.first {
      throw .newerThanSchema(field: Self.entryName.string, what: place)
    }
    return Bytes(SerializedModel(try FlatBufferWriter.file(of: node, identifier: Self.fileIdentifier)).bytes())
  }
}
