#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
public import Platform

/// Why a model file cannot be read, or a model cannot be written.
public struct TFLiteError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case cannotRead, notAModel, unsupportedVersion, malformed, outOfProportion
    case invalid, newerThanSchema, tooLarge, noSuchOption
  }

  public let code: Code
  public private(set) var message: String
  public let remedy: String?
  /// The path of the file, if it is known.
  public private(set) var path: String?
  /// The place in the model, such as `subgraphs[0].tensors[12].shape`, or the name of the option.
  public let field: String?
  /// What is wrong with the file or the field.
  public let reason: String?
  /// The bytes needed within the flatbuffer, if there are too many.
  public let byteCount: Int?

  private init(
    _ code: Code, _ message: String, remedy: String? = nil, path: String? = nil, field: String? = nil,
    reason: String? = nil, byteCount: Int? = nil
  ) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.path = path
    self.field = field
    self.reason = reason
    self.byteCount = byteCount
  }

  /// Returns the same error with a message that names the file.
  package func naming(path: String) -> TFLiteError {
    guard self.path == nil else { return self }
    var named = self
    named.path = path
    named.message =
      if code == .notAModel, let reason { "\(path) is not a TensorFlow Lite model: \(reason)" } else {
        "\(path): \(message)"
      }
    return named
  }
}

extension TFLiteError {
  /// The system refused to open or read a file; `reason` is the system's text.
  public static func cannotRead(path: String, reason: String) -> Self {
    Self(.cannotRead, "\(path) cannot be read: \(reason)", path: path, reason: reason)
  }

  /// The bytes are not a TensorFlow Lite model; `remedy` says how to get one from what they are.
  public static func notAModel(reason: String, remedy: String? = nil) -> Self {
    Self(.notAModel, "this is not a TensorFlow Lite model: \(reason)", remedy: remedy, reason: reason)
  }

  /// The model follows a version of the schema other than 3.
  public static func unsupportedVersion(_ version: UInt32) -> Self {
    Self(
      .unsupportedVersion,
      "the model follows version \(version) of the TensorFlow Lite schema, but only version 3 is supported",
      remedy: "convert the original model again")
  }

  /// The bytes have the mark of a model but break the format's rules at `field`, such as
  /// `subgraphs[0].tensors[12].shape`.
  public static func malformed(field: String, reason: String) -> Self {
    Self(
      .malformed, "the model is damaged at \(field): \(reason)", remedy: "download or copy the file again",
      field: field,
      reason: reason)
  }

  /// The file refers to the same bytes so often that reading it would take memory out of proportion to its size.
  public static func outOfProportion(field: String) -> Self {
    Self(
      .outOfProportion,
      "the model is refused at \(field): it refers to the same bytes repeatedly and would take memory out of proportion "
        + "to its size",
      field: field)
  }

  /// The model, as a value, holds something at `field` that a file cannot hold; `reason` is a predicate of the field.
  public static func invalid(field: String, reason: String) -> Self {
    Self(.invalid, "the model cannot be written: \(field) \(reason)", field: field, reason: reason)
  }

  /// The file was made with a schema newer than the known one: `what` at `field` can be shown but not written.
  public static func newerThanSchema(field: String, what: String) -> Self {
    Self(
      .newerThanSchema,
      "the model cannot be written: \(field) holds \(what), which is newer than the TensorFlow Lite schema known here",
      remedy: "a newer version of this software may support it", field: field, reason: "holds \(what)")
  }

  /// The written model would need `bytes` bytes within the flatbuffer, more than its 32-bit offsets can address.
  public static func tooLarge(bytes: Int) -> Self {
    Self(
      .tooLarge,
      "the model cannot be written: it needs \(bytes) bytes within the flatbuffer, more than the limit of 2147483647",
      remedy: "store its largest buffers outside the flatbuffer", byteCount: bytes)
  }

  /// A kind of options has no field of this name and type; `type` describes the type, such as "any type".
  public static func noSuchOption(kind: String, field: String, type: String) -> Self {
    Self(.noSuchOption, "\(kind) has no field \(field) of \(type)", field: field)
  }
}
