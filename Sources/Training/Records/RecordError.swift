public import Platform

/// Why pictures cannot be read from TFRecord files.
///
/// The messages contain the paths of files and folders as the caller gave them, and count records from 0.
public struct RecordError: DescribedError {
  /// Distinguishes the errors.
  public enum Code: String, Sendable {
    case unreadable, compressed, cutOff, altered, notAnExample, noPicture, noLabel, labelOutOfRange, noRecords, noFiles
    case severalSplits, noSuchSplit, missingFile, unnamedLabel, unlikelyLabel
  }

  /// A part of a record.
  public enum Part: String, Sendable, Hashable {
    case length, data
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

extension RecordError {
  /// The file cannot be opened or read; `reason` is the system's message.
  public static func unreadable(file: String, reason: String) -> Self {
    Self(.unreadable, "\(file) cannot be read: \(reason)")
  }

  /// The whole file is compressed.
  public static func compressed(file: String) -> Self {
    Self(
      .compressed, "\(file) is a compressed file, which is not supported",
      remedy: "write it again without compression, or decompress it with gunzip")
  }

  /// The file ends within a record.
  public static func cutOff(file: String, record: Int) -> Self {
    Self(.cutOff, "\(file) ends within record \(record)", remedy: "copy or write the file again")
  }

  /// A checksum does not match.
  public static func altered(file: String, record: Int, part: Part) -> Self {
    Self(
      .altered,
      """
      \(file) is damaged, or no TFRecord file: the \(part.rawValue) of record \(record) does not match its checksum
      """, remedy: "copy or write the file again")
  }

  /// A record is not a `tf.Example`.
  public static func notAnExample(file: String, record: Int, reason: String) -> Self {
    Self(.notAnExample, "record \(record) of \(file) is not a tf.Example: \(reason)")
  }

  /// A record does not contain exactly one picture, or the picture is empty.
  public static func noPicture(file: String, record: Int) -> Self {
    Self(
      .noPicture,
      "record \(record) of \(file) has no picture: its feature \(RecordedExample.pictureName) must be one byte string")
  }

  /// A record does not hold exactly one label.
  public static func noLabel(file: String, record: Int) -> Self {
    Self(
      .noLabel, "record \(record) of \(file) has no label: its feature \(RecordedExample.labelName) must be one integer"
    )
  }

  /// A label is not in 0 ..< `classes`.
  public static func labelOutOfRange(file: String, record: Int, label: Int64, classes: Int) -> Self {
    Self(
      .labelOutOfRange,
      "record \(record) of \(file) has the label \(label), but there are \(classes) classes, 0 to \(classes - 1)")
  }

  /// A label is far beyond the number of examples, and there are no names for so many classes.
  public static func unlikelyLabel(file: String, record: Int, label: Int, examples: Int) -> Self {
    Self(
      .unlikelyLabel,
      "record \(record) of \(file) has the label \(label), far above the number of examples, which is \(examples)",
      remedy: "if there are so many classes, name them all in a label file")
  }

  /// The files contain no records.
  public static func noRecords(path: String) -> Self { Self(.noRecords, "\(path) holds no records") }

  /// No file in the folder has the name of a TFRecord file.
  public static func noFiles(path: String) -> Self {
    Self(
      .noFiles, "\(path) holds no TFRecord files",
      remedy: "give them names such as train-00000-of-00010 or train.tfrecord")
  }

  /// The folder contains files of several splits, and the caller chose none.
  public static func severalSplits(path: String, splits: [String]) -> Self {
    Self(
      .severalSplits, "\(path) holds files of several splits (\(splits.joined(separator: ", ")))",
      remedy: "choose a split, or name the files")
  }

  /// The folder holds no file of the chosen split.
  public static func noSuchSplit(path: String, split: String) -> Self {
    Self(.noSuchSplit, "\(path) holds no TFRecord file of the split \(split)")
  }

  /// A file of a numbered set is missing.
  public static func missingFile(path: String, beside: String, number: Int, count: Int) -> Self {
    Self(
      .missingFile, "\(path) is incomplete: of the \(count) files such as \(beside), number \(number) is missing")
  }

  /// The label file does not name this class.
  public static func unnamedLabel(path: String, label: Int) -> Self {
    Self(.unnamedLabel, "\(path) has no name for class \(label)", remedy: "name every class, starting at 0")
  }
}
