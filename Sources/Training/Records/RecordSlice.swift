/// A picture's file within a TFRecord file.
public struct RecordSlice: Sendable, Hashable {
  /// The place of the TFRecord file among those of the data.
  public let file: Int
  /// The record's number in that file, from 0.
  public let record: Int
  /// Where the picture's bytes lie in that file.
  public let bytes: Range<Int>
}
