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
