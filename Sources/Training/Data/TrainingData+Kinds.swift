import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension TrainingData {
  /// Labelled pictures of any kind: a folder of class folders, a list of `path,label` lines, a TFRecord file, or a folder of
  /// TFRecord files.
  ///
  /// - Parameters:
  ///   - url: The folder or the file.
  ///   - split: Which of a folder's TFRecord files to take, where it has several splits.
  ///   - labels: The label file of TFRecord files; by default `labels.txt` beside them, if it is there.
  /// - Throws: What ``init(records:split:labels:)`` and ``init(_:)`` throw, and `LabelledPicturesError`.
  public init(at url: URL, split: RecordSplit, labels: URL? = nil) async throws {
    guard labels != nil || Self.hasRecords(url) else {
      try self.init(LabelledPictures(url))
      return
    }
    do {
      try await self.init(records: url, split: split, labels: labels)
    } catch RecordError.noSuchSplit {
      try await self.init(records: url, labels: labels)
    }
  }

  /// Whether files are named as TFRecord files are.
  private static func hasRecords(_ url: URL) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? [url.lastPathComponent]
    return names.contains { RecordFileName($0) != nil }
  }
}
