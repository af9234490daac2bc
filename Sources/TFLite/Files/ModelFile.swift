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

extension Model {
  /// Lays the model out as a `.tflite` file, without copying its weights.
  ///
  /// What is read from such a file equals this model, except that texts and vectors no longer lie where they did. Data
  /// that is the same slice of the same storage is written once.
  ///
  /// - Throws: ``TFLiteError/invalid(field:reason:)`` when an index points to nothing or a value does not fit its field,
  ///   ``TFLiteError/newerThanSchema(field:what:)`` when the model holds what the schema known here has no place for,
  ///   ``TFLiteError/tooLarge(bytes:)`` when it does not fit a flatbuffer.
  /// - Complexity: O(the number of tables and the size of their small vectors).
  public func serialized() throws(TFLiteError) -> SerializedModel {
    guard version == 3 else { throw .unsupportedVersion(version) }
    do throws(Violation) {
      try ValueRules(self).check()
      try IndexRules(self).check()
    } catch {
      throw error.writingError
    }
    var file = try FlatBufferWriter.file(of: node, identifier: Model.fileIdentifier)
    if !trailing.isEmpty {
      file.pad(until: trailingOffset)
      if isTiedToTrailingOffset, file.count != trailingOffset {
        throw .invalid(
          field: "trailing", reason: "is a program that DISPATCH_OP expects at byte \(trailingOffset) and would move")
      }
      file.append(trailing)
    }
    return SerializedModel(file)
  }

  /// Whether the model is compiled for an accelerator, with its program after the flatbuffer: LiteRT's `DISPATCH_OP`
  /// holds, in its own options, where in the file the program begins.
  var isTiedToTrailingOffset: Bool { operatorCodes.contains { $0.customCode == "DISPATCH_OP" } }
}

/// The bytes of a `.tflite` file, ready to be written: the weights are still where the model has them.
public struct SerializedModel: Sendable {
  /// The runs of bytes that make up the file, in order.
  public let pieces: [Bytes]
  /// How many bytes the file has.
  public let count: Int

  init(_ layout: FileLayout) {
    var layout = layout
    layout.flush()
    pieces = layout.pieces
    count = layout.count
  }

  /// The file in memory.
  ///
  /// - Complexity: O(`count`): everything is copied, weights too.
  public func bytes() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      for piece in pieces {
        piece.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...]).copyMemory(
            from: $0)
        }
        initialized += piece.count
      }
    }
  }

  /// Writes the file in one step: until it stands complete, what stood at the path before does.
  ///
  /// A model may be written over the file that it was read from.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  public func write(to file: URL) throws(TFLiteError) { try AtomicFile(file).write(pieces) }
}

extension Bytes {
  /// Whether the bytes end as a zip does: with the record that says where its list of files is, and a comment of the
  /// length that the record names. Readers find a zip from this end, so that it can follow other data.
  var endsAsZip: Bool {
    let recordCount = 22
    guard count >= recordCount else { return false }
    return withUnsafeBytes { bytes in
      for comment in 0...Swift.min(0xFFFF, count - recordCount) {
        let record = count - recordCount - comment
        if bytes[record] == 0x50, bytes[record + 1] == 0x4B, bytes[record + 2] == 5, bytes[record + 3] == 6,
          Int(bytes[record + 20]) | Int(bytes[record + 21]) << 8 == comment
        {
          return true
        }
      }
      return false
    }
  }
}
