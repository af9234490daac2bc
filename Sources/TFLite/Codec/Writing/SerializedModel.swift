#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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
