import Platform
import Heads

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension TrainingData {
  /// The pictures of TFRecord files of `tf.Example`, as TensorFlow's image data sets have them.
  ///
  /// An example has the features `image/encoded`, the bytes of a picture's file, and `image/class/label`, an integer.
  /// The files are read once from beginning to end, all checksums are checked, and only the place and the label of each
  /// picture are kept. The files are those whose names are such as `train-00000-of-00010` or `train.tfrecord`.
  ///
  /// Classes are named by the lines of a label file, `0:daisy`, `0 daisy` or `daisy`, for which every label must have a
  /// line. Without one a class's name is the feature `image/class/text` where all of its records agree on it, and its
  /// number else. Of named classes some may have no example, such as a background class.
  ///
  /// - Parameters:
  ///   - url: A folder of TFRecord files, or one such file.
  ///   - split: Which of the folder's files to take; needed where it holds several splits.
  ///   - labels: The label file; by default `labels.txt` beside the files, if it is there.
  /// - Throws: ``RecordError``, ``LabelsError/badFile(path:reason:)``, or `CancellationError`.
  public init(records url: URL, split: RecordSplit? = nil, labels: URL? = nil) async throws {
    try await self.init(records: RecordFolder.files(at: url, split: split), labels: labels)
  }

  /// The pictures of TFRecord files of `tf.Example`, one file after the other.
  ///
  /// - Parameters:
  ///   - urls: The files.
  ///   - labels: The label file; by default `labels.txt` beside the first file, if it is there.
  /// - Throws: ``RecordError``, ``LabelsError/badFile(path:reason:)``, or `CancellationError`.
  public init(records urls: [URL], labels: URL? = nil) async throws {
    let named = try Self.names(labels ?? Self.labelFile(beside: urls.first))
    let files = try urls.map { url throws(RecordError) in try RecordFile(url) }
    let classes = named?.count ?? RecordIndex.mostClasses
    var examples: [TrainingExample] = []
    var names = RecordedNames()
    try await OrderedWork.run(
      count: files.count, workers: Array(0..<max(1, ProcessInfo.processInfo.activeProcessorCount)),
      work: { _, file in try RecordIndex(files[file], classes: classes) },
      deliver: { file, index in
        names.add(index.names)
        examples += index.entries.enumerated().map { record, entry in
          let slice = RecordSlice(file: file, record: record, bytes: entry.picture)
          return TrainingExample(label: entry.label, picture: .record(slice))
        }
      })
    guard let last = examples.map(\.label).max() else {
      throw RecordError.noRecords(path: urls.map(\.relativePath).first ?? "an empty list of files")
    }
    self.init(labels: named ?? (0...last).map { names[$0] }, examples: examples, files: files)
  }

  private static func labelFile(beside file: URL?) -> URL? {
    guard let labels = file?.deletingLastPathComponent().appending(path: "labels.txt"),
      FileManager.default.fileExists(atPath: labels.path)
    else { return nil }
    return labels
  }

  /// The names that a label file gives, for every number from 0 on.
  private static func names(_ file: URL?) throws -> [String]? {
    guard let file else { return nil }
    let names = try Labels(contentsOf: file).names
    return try (0..<names.count).map { label in
      guard let name = names[label] else { throw RecordError.unnamedLabel(path: file.relativePath, label: label) }
      return name
    }
  }
}
