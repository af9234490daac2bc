import Heads
import LiteRT

extension CompiledModel {
  /// Runs the model on one picture.
  ///
  /// - Parameters:
  ///   - picture: What the model takes.
  ///   - profile: Is told of the time of it, but for that of `write`.
  ///   - write: Writes the picture's RGB bytes.
  ///   - read: Reads the output's bytes.
  /// - Throws: What `write` throws, ``InferenceError/wrongTensorSize(bytes:expected:)``, `LiteRTError`.
  func run<Value>(
    _ picture: PictureInput, profile: Profile?, write: (UnsafeMutableRawBufferPointer) throws -> Void,
    read: (UnsafeRawBufferPointer) -> Value
  ) throws -> Value {
    try profile.measure(.inference) {
      try run(
        fill: { tensor in
          try picture.fill(tensor) { bytes in try profile.excluding(.inference) { try write(bytes) } }
        }, read: read)
    }
  }
}
