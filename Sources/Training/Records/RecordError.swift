/// Why pictures cannot be taken from TFRecord files.
///
/// `file` and `path` are as they were given; records are counted from 0.
public enum RecordError: Error, Sendable, Hashable {
  /// A part of a record.
  public enum Part: String, Sendable, Hashable {
    case length, data
  }

  /// The file cannot be opened or read; `reason` is the system's word for it.
  case unreadable(file: String, reason: String)
  /// The file is compressed as a whole.
  case compressed(file: String)
  /// The file ends within a record.
  case cutOff(file: String, record: Int)
  /// A checksum is not that of the bytes before it.
  case altered(file: String, record: Int, part: Part)
  /// A record that is no `tf.Example`.
  case notAnExample(file: String, record: Int, reason: String)
  /// A record without exactly one picture, or with an empty one.
  case noPicture(file: String, record: Int)
  /// A record without exactly one label.
  case noLabel(file: String, record: Int)
  /// A label that is not in 0 ..< `classes`.
  case labelOutOfRange(file: String, record: Int, label: Int64, classes: Int)
  /// There is no record in any of the files.
  case noRecords(path: String)
  /// There is no file in the folder whose name is that of TFRecord files.
  case noFiles(path: String)
  /// The files of a folder belong to several splits, and none was asked for.
  case severalSplits(path: String, splits: [String])
  /// No file of a folder belongs to the split that was asked for.
  case noSuchSplit(path: String, split: String)
  /// Of a numbered set of files one is missing.
  case missingFile(path: String, beside: String, number: Int, count: Int)
  /// A label file that leaves out a number.
  case unnamedLabel(path: String, label: Int)
}

extension RecordError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file) cannot be read: \(reason)"
    case .compressed(let file):
      "\(file) is compressed as a whole, which is not read here: write it anew without compression (gunzip undoes gzip)"
    case .cutOff(let file, let record):
      "\(file) breaks off within record \(record): copy or write it anew"
    case .altered(let file, let record, let part):
      """
      \(file) is damaged, or no TFRecord file: the \(part.rawValue) of record \(record) does not match its checksum; copy \
      or write it anew
      """
    case .notAnExample(let file, let record, let reason):
      "record \(record) of \(file) is no tf.Example: \(reason)"
    case .noPicture(let file, let record):
      "record \(record) of \(file) has no picture: its feature \(RecordedExample.pictureName) must be one run of bytes"
    case .noLabel(let file, let record):
      "record \(record) of \(file) has no label: its feature \(RecordedExample.labelName) must be one integer"
    case .labelOutOfRange(let file, let record, let label, let classes):
      "record \(record) of \(file) has the label \(label), but there are \(classes) classes, 0 to \(classes - 1)"
    case .noRecords(let path):
      "\(path) holds no record"
    case .noFiles(let path):
      "\(path) holds no TFRecord files: they are known by names such as train-00000-of-00010 and train.tfrecord"
    case .severalSplits(let path, let splits):
      "\(path) holds files of several splits (\(splits.joined(separator: ", "))): say which, or name the files"
    case .noSuchSplit(let path, let split):
      "\(path) holds no TFRecord file of the split \(split)"
    case .missingFile(let path, let beside, let number, let count):
      "\(path) is not complete: of \(count) files such as \(beside), number \(number) is missing"
    case .unnamedLabel(let path, let label):
      "\(path) has no name for class \(label): every class from 0 on needs one"
    }
  }
}
