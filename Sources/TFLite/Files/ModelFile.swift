#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Model {
  /// Reads a model from the bytes of a `.tflite` file.
  ///
  /// Every offset, length, alignment and index is verified; any bytes yield a model or an error. Weights, texts and other
  /// data refer to `bytes`, which live as long as the model does.
  ///
  /// - Throws: ``TFLiteError/notAModel(reason:remedy:)``, ``TFLiteError/unsupportedVersion(_:)``,
  ///   ``TFLiteError/malformed(field:reason:)`` or ``TFLiteError/outOfProportion(field:)``.
  /// - Complexity: O(number of tables and size of their small vectors); weights are not read. The memory used is at most
  ///   proportional to the file's size.
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

  /// Reads a model from a `.tflite` file, which is mapped into memory and not copied. Errors name the file.
  ///
  /// - Throws: ``TFLiteError/cannotRead(path:reason:)``, and the errors of ``init(bytes:)``.
  public init(contentsOf file: URL) throws(TFLiteError) {
    let bytes = try Bytes(mapping: file)
    do throws(TFLiteError) {
      try self.init(bytes: bytes)
    } catch {
      throw error.naming(path: file.path)
    }
  }
}

extension FlatBufferReader {
  fileprivate func checkIdentifier() throws(TFLiteError) {
    // A flatbuffer has at most 2 GB; labels or a compiled program follow it. A sparse file can claim any size.
    guard count <= 1 << 32 else { throw .notAModel(reason: "it has \(count >> 30) GB, more than any model") }
    let isModel = bytes.slice(4..<8) == Bytes(Array(Model.fileIdentifier.utf8))
    if !isModel, let foreign = ForeignFile(bytes) {
      throw .notAModel(reason: "it is \(foreign.kind)", remedy: foreign.remedy)
    }
    guard count >= 8 else {
      throw .notAModel(reason: count == 0 ? "it is empty" : "it has no more than \(count) bytes")
    }
    guard isModel else {
      let found = (bytes.slice(4..<8) ?? []).map { (0x20..<0x7F).contains($0) ? String(UnicodeScalar($0)) : "." }
      throw .notAModel(reason: "its bytes 5 to 8 are \"\(found.joined())\", not \"\(Model.fileIdentifier)\"")
    }
  }

  fileprivate mutating func root() throws(TFLiteError) -> Table {
    guard let root = load(UInt32.self, at: 0) else { throw .notAModel(reason: "it is empty") }
    return try table(at: Int(root))
  }

  /// The position of the first byte after the model's own bytes.
  ///
  /// Builders of flatbuffers pad: fewer than 16 zeros at the end of the file do not count as content, and neither do
  /// zeros before a zip, which never begins with one.
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
  /// Reading the file gives an equal model. Data shared as the same slice of the same storage is written once.
  ///
  /// - Throws: ``TFLiteError/invalid(field:reason:)`` if an index points to nothing or a value does not fit its field;
  ///   ``TFLiteError/newerThanSchema(field:what:)`` if the model holds something that the known schema lacks;
  ///   ``TFLiteError/tooLarge(bytes:)`` if the model does not fit a flatbuffer.
  /// - Complexity: O(number of tables and size of their small vectors).
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
          field: "trailing",
          reason: "is a program that DISPATCH_OP expects at byte \(trailingOffset), and it would have to move")
      }
      file.append(trailing)
    }
    return SerializedModel(file)
  }

  /// Whether the model is compiled for an accelerator, with the program after the flatbuffer: the options of LiteRT's
  /// `DISPATCH_OP` hold the program's offset in the file.
  var isTiedToTrailingOffset: Bool { operatorCodes.contains { $0.customCode == "DISPATCH_OP" } }
}

/// The bytes of a `.tflite` file, ready to be written, with the model's weights by reference.
public struct SerializedModel: Sendable {
  /// The runs of bytes that form the file, in order.
  public let pieces: [Bytes]
  /// The number of bytes in the file.
  public let count: Int

  init(_ layout: FileLayout) {
    var layout = layout
    layout.flush()
    pieces = layout.pieces
    count = layout.count
  }

  /// Returns the file as one array.
  ///
  /// - Complexity: O(`count`): everything is copied, including the weights.
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

  /// Writes the file completely or not at all, as ``AtomicFile`` does.
  ///
  /// A model may be written over the file that it was read from.
  ///
  /// - Throws: ``AtomicFileError``.
  public func write(to file: URL) throws(AtomicFileError) { try AtomicFile(file).write(pieces) }
}

extension Bytes {
  /// Whether the bytes end like a zip: with an end-of-central-directory record and a comment of the length that it
  /// states. Readers find a zip from its end, so it can follow other data.
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
