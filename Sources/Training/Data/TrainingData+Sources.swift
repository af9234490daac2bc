import Heads
public import Pictures
import Platform

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension TrainingData {
  /// Reads a data set of TFRecord files of `tf.Example`, the format of TensorFlow's image data sets.
  ///
  /// An example has the features `image/encoded`, the bytes of a picture file, and `image/class/label`, an integer. Each
  /// file is read once, all checksums are verified, and only the position and the label of each picture stay in memory. In a
  /// folder, files with names such as `train-00000-of-00010` or `train.tfrecord` are read.
  ///
  /// A label file names the classes in lines such as `0:daisy`, `0 daisy` or `daisy`, one for every label. Without it a
  /// class is named by the feature `image/class/text` if all of its records agree, and else by its number; labels are then
  /// below 32 768 or the number of examples. Named classes may have no examples, such as a background class.
  ///
  /// - Parameters:
  ///   - url: A folder of TFRecord files, or one such file.
  ///   - split: The split to read, if the folder holds several.
  ///   - labels: The label file; by default `labels.txt` beside the files, if it exists.
  /// - Throws: ``RecordError``, `LabelsError/badFile(path:reason:)`, or `CancellationError`.
  public init(records url: URL, split: RecordSplit? = nil, labels: URL? = nil) async throws {
    try await self.init(records: RecordFolder.files(at: url, split: split), labels: labels)
  }

  /// Reads a data set of TFRecord files of `tf.Example`, in the given order.
  ///
  /// - Parameters:
  ///   - urls: The files.
  ///   - labels: The label file; by default `labels.txt` beside the first file, if it exists.
  /// - Throws: ``RecordError``, `LabelsError/badFile(path:reason:)`, or `CancellationError`.
  public init(records urls: [URL], labels: URL? = nil) async throws {
    let named = try (labels ?? Self.labelFile(beside: urls.first)).map { try Self.names(inLabelFile: $0) }
    let files = try urls.map { url throws(RecordError) in try RecordFile(url) }
    let classes = named?.count ?? RecordIndex.mostClasses
    var examples: [TrainingExample] = []
    var names = RecordLabelNames()
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
    guard let last = examples.max(by: { $0.label < $1.label }) else {
      throw RecordError.noRecords(path: urls.map(\.relativePath).first ?? "an empty list of files")
    }
    // Each class takes memory in the network, whether or not it has examples.
    if named == nil, last.label >= max(Self.mostUnnamed, examples.count), case .record(let slice) = last.picture {
      throw RecordError.unlikelyLabel(
        file: files[slice.file].name, record: slice.record, label: last.label, examples: examples.count)
    }
    self.init(labels: named ?? (0...last.label).map { names[$0] }, examples: examples, files: files)
  }

  // More classes than the largest sets of pictures in use have, such as ImageNet's 21 841.
  private static let mostUnnamed = 1 << 15

  private static func labelFile(beside file: URL?) -> URL? {
    guard let labels = file?.deletingLastPathComponent().appending(path: "labels.txt"),
      FileManager.default.fileExists(atPath: labels.path)
    else { return nil }
    return labels
  }

  /// Returns the names in a label file, which must name every number from 0 on.
  ///
  /// - Throws: `LabelsError/badFile(path:reason:)` or ``RecordError/unnamedLabel(path:label:)``.
  public static func names(inLabelFile file: URL) throws -> [String] {
    let names = try Labels(contentsOf: file).names
    return try (0..<names.count).map { label in
      guard let name = names[label] else { throw RecordError.unnamedLabel(path: file.relativePath, label: label) }
      return name
    }
  }
}

extension TrainingData {
  /// Reads a data set of any kind: a folder of class folders, a list of `path,label` lines, a TFRecord file, or a folder of
  /// TFRecord files.
  ///
  /// - Parameters:
  ///   - url: The folder or the file.
  ///   - split: The split to read if a folder of TFRecord files holds several.
  ///   - labels: The label file of TFRecord files; by default `labels.txt` beside them, if it exists.
  /// - Throws: The errors of ``init(records:split:labels:)`` and ``init(_:)``, and `LabelledPicturesError`.
  public init(at url: URL, split: RecordSplit, labels: URL? = nil) async throws {
    guard labels != nil || Self.hasRecords(url) else {
      try self.init(LabelledPictures(url))
      return
    }
    do {
      try await self.init(records: url, split: split, labels: labels)
    } catch let error as RecordError where error.code == .noSuchSplit {
      try await self.init(records: url, labels: labels)
    }
  }

  /// Reads the validation pictures that belong to training pictures from a folder of TFRecord files: its files of the
  /// split `validation`, if it also has files of the split `train`.
  ///
  /// - Parameters:
  ///   - training: The training pictures of the folder.
  ///   - url: The folder.
  ///   - labels: The label file; by default `labels.txt` in the folder, if it exists.
  /// - Returns: The validation pictures, with the labels of the training pictures; nil if there are none.
  /// - Throws: The errors of ``init(records:split:labels:)``; ``TrainingError/otherClasses(trained:found:)``, or
  ///   ``TrainingDataError/untestedClasses(_:)``.
  public static func validation(
    of training: TrainingData, at url: URL, labels: URL? = nil
  ) async throws -> TrainingData? {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder, hasRecords(url),
      (try? RecordFolder.files(at: url, split: .train)) != nil
    else { return nil }
    let found: TrainingData
    do {
      found = try await TrainingData(records: url, split: .validation, labels: labels)
    } catch let error as RecordError where error.code == .noSuchSplit {
      return nil
    }
    // Without a label file, the last classes of the training pictures may be missing.
    guard training.labels.starts(with: found.labels) else {
      throw TrainingError.otherClasses(trained: training.labels, found: found.labels)
    }
    let tested = Set(found.examples.map(\.label))
    let missing = Set(training.examples.map(\.label)).subtracting(tested).sorted()
    guard missing.isEmpty else { throw TrainingDataError.untestedClasses(missing.map { training.labels[$0] }) }
    return found.with(found.examples, labels: training.labels)
  }

  /// Returns whether a file, or a file in a folder, has the name of a TFRecord file.
  private static func hasRecords(_ url: URL) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [url.lastPathComponent]
    return names.contains { RecordFileName($0) != nil }
  }
}

extension TrainingData {
  /// Reads a data set of one folder per class, as `LabelledPictures/init(folder:)` does: classes in the order of their
  /// names, pictures in the order of their paths.
  ///
  /// - Throws: `LabelledPicturesError`, or ``TrainingDataError/emptyClasses(_:)`` with the folders without pictures.
  public init(folder: URL) throws {
    try self.init(LabelledPictures(folder: folder))
  }

  /// Creates a data set of labelled pictures.
  ///
  /// - Throws: ``TrainingDataError/emptyClasses(_:)``.
  public init(_ pictures: LabelledPictures) throws(TrainingDataError) {
    let empty = pictures.emptyClasses + pictures.classes.filter(\.pictures.isEmpty).map(\.name)
    guard empty.isEmpty else { throw .emptyClasses(empty) }
    let examples = pictures.classes.enumerated().flatMap { label, known in
      known.pictures.map { TrainingExample(label: label, picture: .file($0)) }
    }
    self.init(labels: pictures.classes.map(\.name), examples: examples, remarks: pictures.remarks)
  }
}
