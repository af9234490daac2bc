#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Model {
  /// Reads a model from the bytes of a `.tflite` file.
  ///
  /// Every offset, length, alignment and index is verified; whatever the bytes are, the outcome is a model or an error.
  /// Weights, texts and other data are referenced where they lie in `bytes`, which live as long as the model does.
  ///
  /// - Throws: ``TFLiteError/notAModel(reason:)``, ``TFLiteError/unsupportedVersion(_:)``,
  ///   ``TFLiteError/malformed(field:reason:)`` or ``TFLiteError/outOfProportion(field:)``.
  /// - Complexity: O(the number of tables and of their small vectors); weights are not looked at. The memory used is at
  ///   most in proportion to the file's size.
  public init(bytes: Bytes) throws(TFLiteError) {
    self = try bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) throws(TFLiteError) -> Model in
      var reader = FlatBufferReader(bytes: bytes, raw: raw)
      try reader.checkIdentifier()
      let root = try reader.root()
      var model = try Model(root, &reader)
      do throws(Violation) {
        try IndexRules(model).check()
      } catch {
        throw error.readingError
      }
      let start = reader.startOfTrailing
      model.trailing = bytes.slice(start..<bytes.count) ?? Bytes()
      if model.trailing.endsAsZip || model.isTiedToTrailingOffset { model.trailingOffset = start }
      return model
    }
  }

  /// Reads a model from a `.tflite` file, which is mapped into memory and not copied.
  ///
  /// - Throws: ``TFLiteError/cannotRead(path:reason:)``, and what ``init(bytes:)`` throws.
  public init(contentsOf file: URL) throws(TFLiteError) {
    try self.init(bytes: Bytes(mapping: file))
  }
}

extension FlatBufferReader {
  fileprivate func checkIdentifier() throws(TFLiteError) {
    guard count >= 8 else {
      throw .notAModel(reason: count == 0 ? "it is empty" : "it has no more than \(count) bytes")
    }
    guard bytes.slice(4..<8) == Bytes(Array(Model.fileIdentifier.utf8)) else {
      let found = (bytes.slice(4..<8) ?? []).map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "." }
      throw .notAModel(reason: "its bytes 5 to 8 are \"\(found.joined())\", not \"\(Model.fileIdentifier)\"")
    }
  }

  fileprivate mutating func root() throws(TFLiteError) -> Table {
    guard let root = load(UInt32.self, at: 0) else { throw .notAModel(reason: "it is empty") }
    return try table(at: Int(root))
  }

  /// Where the bytes begin that follow the model's own.
  ///
  /// Builders of flatbuffers pad: fewer than 16 zeros at the end of the file are no content, and neither are zeros before
  /// a zip, which never begins with one.
  fileprivate var startOfTrailing: Int {
    let zeros = zeros(from: end)
    if end + zeros == count { return zeros < 16 ? count : end }
    let rest = bytes.slice(end..<count) ?? Bytes()
    return rest.endsAsZip ? end + zeros : end
  }
}
