import Heads
import LiteRT
import TFLite

extension LoadedModel {
  /// Reads a model from bytes, which it keeps.
  ///
  /// - Throws: `LiteRTError` when the runtime refuses the file.
  package convenience init(file: Bytes, runtime: Runtime) throws(LiteRTError) {
    // A slice of a larger file may begin anywhere; the runtime wants an aligned address.
    let isAligned = file.withUnsafeBytes { UInt(bitPattern: $0.baseAddress).isMultiple(of: 16) }
    let file = isAligned ? file : Bytes(Array(file))
    // The bytes of a value are at one address for as long as the value lives; the runtime keeps it.
    let address = file.withUnsafeBytes { UnsafeRawBufferPointer($0) }
    try self.init(bytes: address, owner: file, runtime: runtime)
  }
}
