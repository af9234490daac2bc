/// Why a model file cannot be read or written.
public enum TFLiteError: Error, Sendable, Hashable {
  /// The system refused to open or read a file; `reason` is its own words.
  case cannotRead(path: String, reason: String)
  /// The system refused to write a file; `reason` is its own words. What stood at the path before still does.
  case cannotWrite(path: String, reason: String)
  /// The bytes are no TensorFlow Lite model at all.
  case notAModel(reason: String)
  /// The model follows a version of the schema other than 3.
  case unsupportedVersion(UInt32)
  /// The bytes claim to be a model and break the format's rules at `field`, such as `subgraphs[0].tensors[12].shape`.
  case malformed(field: String, reason: String)
  /// The file refers to the same bytes so often that reading it would take memory out of proportion to its size.
  case outOfProportion(field: String)
  /// The model, as a value, holds something at `field` that a file cannot or must not hold.
  case invalid(field: String, reason: String)
  /// The file was made with a newer schema than the one known here: `what` at `field` can be shown but not be written.
  case newerThanSchema(field: String, what: String)
  /// The written model would need `bytes` bytes within the flatbuffer, more than its 32-bit offsets reach.
  case tooLarge(bytes: Int)
  /// A kind of options has no field of this name and type.
  case noSuchOption(kind: String, field: String, type: String)
}

extension TFLiteError: CustomStringConvertible {
  /// A sentence that names what is wrong and, where there is one, the way out.
  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "\(path) cannot be read: \(reason)"
    case .cannotWrite(let path, let reason):
      "\(path) cannot be written: \(reason)"
    case .notAModel(let reason):
      "this is no TensorFlow Lite model: \(reason)"
    case .unsupportedVersion(let version):
      "the model follows version \(version) of the TensorFlow Lite schema; only version 3 is supported: convert it anew"
    case .malformed(let field, let reason):
      "the model is damaged at \(field): \(reason); get the file again from where it came"
    case .outOfProportion(let field):
      "the model is refused at \(field): it refers to the same bytes over and over, and would take memory out of "
        + "proportion to its size"
    case .invalid(let field, let reason):
      "the model cannot be written: \(field) \(reason)"
    case .newerThanSchema(let field, let what):
      "the model cannot be written: \(field) holds \(what), which is newer than the schema known here; a newer version "
        + "of this software may know it"
    case .tooLarge(let bytes):
      "the model cannot be written: it needs \(bytes) bytes within the flatbuffer, and 2 147 483 647 is the most; place "
        + "its largest buffers outside the flatbuffer"
    case .noSuchOption(let kind, let field, let type):
      "\(kind) has no field \(field) of type \(type)"
    }
  }
}
