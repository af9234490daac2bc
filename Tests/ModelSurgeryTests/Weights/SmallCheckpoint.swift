import Foundation

/// A checkpoint of two shards that TensorFlow 2.21 wrote with `SaveV2` and `MergeV2Checkpoints`.
///
/// The first shard has five variables of slim's first layer and `global_step`. The second one has a tensor of every
/// type: `kinds/half`, `kinds/brain`, `kinds/double`, `kinds/empty`, and `kinds/int32`, `kinds/flag`, `kinds/text`,
/// which are not weights.
enum SmallCheckpoint {
  static let index = bytes(
    """
    AAAGCAIaAggBACMSTW9iaWxlbmV0VjEvQ29udjJkXzAvQmF0Y2hOb3JtL2JldGEIARIEEgIIAiDgASgINWIKl2sfBRJnYW1tYQgBEgQSAggCIN\
    gBKAg1WTzlNR8LEm1vdmluZ19tZWFuCAESBBICCAIg6AEoCDUsuf9SJggSdmFyaWFuY2UIARIEEgIIAiDwASgINfsp2hoVBxx3ZWlnaHRzCAES\
    EBICCAMSAggDEgIIAxICCAIo2AE1b1u09AALDmdsb2JhbF9zdGVwCAkSACD4ASgINQFqf18ACxNraW5kcy9icmFpbggOEgQSAggCGAEgBCgENU\
    w+7pAGBhNkb3VibGUIAhIEEgIIARgBIAgoCDVqnkq3BgUTZW1wdHkIARIGEgASAggDGAEgIDXY6oKiBgQTZmxhZwgKEgQSAggBGAEgFCgBNQUr\
    KEMGBBVoYWxmCBMSCBICCAESAggCGAEoBDWw0iLpBgUTaW50MzIIAxIEEgIIARgBIBAoBDWnjZ2IBgQTdGV4dAgHEgQSAggCGAEgFSgLNV1Hx3\
    cAAAAAAQAAAABcIKAlAAAAAAEAAAAAwPKhsAABA2wApQMAAAAAAQAAAAAjyJkAqgMItwMPAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
    AAAAAFf7gIskdUfb
    """)
  static let shards = [
    bytes(
      """
      AAAAwAAA8L8AAOC/AADQvwAAwL8AALC/AACgvwAAkL8AAIC/AABgvwAAQL8AACC/AAAAvwAAwL4AAIC+AAAAvgAAAAAAAAA+AACAPgAAwD4AAA\
      A/AAAgPwAAQD8AAGA/AACAPwAAkD8AAKA/AACwPwAAwD8AANA/AADgPwAA8D8AAABAAAAIQAAAEEAAABhAAAAgQAAAKEAAADBAAAA4QAAAQEAA\
      AEhAAABQQAAAWEAAAGBAAABoQAAAcEAAAHhAAACAQAAAhEAAAIhAAACMQAAAkEAAAJRAAACAPwAAAEAAAEBAAACAQAAAoEAAAMBAAADgQAAAAE\
      GH1hIAAAAAAA==
      """),
    bytes(
      """
      AD4AwAA/QMAAAAAAAADQPwcAAAABBQDqsgQ+aGVsbG8=
      """),
  ]

  /// Writes the files of the checkpoint and returns its prefix.
  static func write(to folder: URL) throws -> URL {
    let prefix = folder.appending(path: "small.ckpt-1000")
    try Data(index).write(to: URL(filePath: prefix.path + ".index"))
    for (number, shard) in shards.enumerated() {
      try Data(shard).write(to: URL(filePath: prefix.path + ".data-0000\(number)-of-00002"))
    }
    return prefix
  }

  private static func bytes(_ text: String) -> [UInt8] { Array(Data(base64Encoded: text) ?? Data()) }
}
