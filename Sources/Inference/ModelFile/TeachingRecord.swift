package import Heads
import ModelSurgery
import Platform
public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a classifier was taught from, and how, as stored in its file.
///
/// It is a metadata buffer named `imprint.record`, JSON with sorted keys. The same pictures, settings and version give the
/// same bytes, so it holds no time of its own: ``date`` is that of the environment variable `SOURCE_DATE_EPOCH`, by which
/// reproducible builds state theirs.
public struct TeachingRecord: Sendable, Hashable, Codable {
  /// The leave-one-out accuracy that was expected.
  public struct Estimate: Sendable, Hashable, Codable {
    /// The mean of the classes' recalls, to four places.
    public let accuracy: Double
    /// The ends of its 95 % confidence interval, to four places.
    public let lower, upper: Double
    /// The number of pictures that were left out, one group after the other.
    public let pictures: Int

    /// Takes over an estimate.
    package init(_ estimate: LeaveOneOut) {
      func rounded(_ share: Double) -> Double { (share * 10_000).rounded() / 10_000 }
      accuracy = rounded(estimate.accuracy)
      lower = rounded(estimate.interval.lowerBound)
      upper = rounded(estimate.interval.upperBound)
      pictures = estimate.predictions.count
    }
  }

  /// The version of Imprint that taught the classes.
  public let version: String
  /// The date by `SOURCE_DATE_EPOCH`, such as `2026-11-29T21:04:05Z`; nil where that is not set.
  public let date: String?
  /// The number of pictures of each class, in the order of the model's classes; nil for a class of a base model.
  public let counts: [Int?]
  /// The digest of the pictures, ``EmbeddingSet/contentDigest``; nil where it is not known.
  public let pictures: String?
  /// The name of the method that solved for the head.
  public let method: String
  /// How pictures were resized, and the views of each picture that were embedded.
  public let resize, views: String
  /// The arithmetic of the embeddings.
  public let arithmetic: String
  /// The SHA-256 digest of the network up to the embedding.
  public let network: String
  /// The expected accuracy; nil where it could not be estimated.
  public let estimate: Estimate?

  /// Creates a record of a classifier that was taught from embeddings.
  ///
  /// - Parameters:
  ///   - embeddings: The embeddings.
  ///   - counts: The number of pictures of each class, in the order of the model's classes.
  ///   - method: The name of the method.
  ///   - estimate: The expected accuracy.
  ///   - continuesSums: Whether the classes are sums in the file, to which later pictures are added without the earlier
  ///     ones. Such a record has neither a digest nor an estimate, so that the file is the same in whatever steps it was taught.
  ///   - seconds: The seconds since 1970 of ``date``, as text; nil or anything else for none.
  package init(
    _ embeddings: EmbeddingSet, counts: [Int?], method: String, estimate: LeaveOneOut?, continuesSums: Bool,
    seconds: String?
  ) {
    version = PackageVersion.text
    date = seconds.flatMap { Int64($0) }.flatMap(Self.date)
    self.counts = counts
    // Other classes, and pictures that were taught before, are not among the embeddings.
    let isWhole = counts == embeddings.classes.map { Int?($0.count) }
    pictures = isWhole && !continuesSums ? embeddings.contentDigest : nil
    self.method = method
    resize = embeddings.space.resize
    views = "\(embeddings.space.augmentation)"
    arithmetic = "\(embeddings.space.arithmetic)"
    network = embeddings.space.extractor
    // With a single class, every answer is right.
    self.estimate = continuesSums ? nil : estimate.flatMap { $0.classes.count > 1 ? Estimate($0) : nil }
  }

  /// Returns a date of the years 1970 to 9999 in UTC.
  private static func date(_ seconds: Int64) -> String? {
    guard (0..<253_402_300_800).contains(seconds) else { return nil }
    return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }

  static let metadataName: Text = "imprint.record"

  /// The buffer; nil where the record cannot be written.
  var bytes: Bytes? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { Bytes(Array($0)) }
  }
}

extension Model {
  /// What the classifier was taught from, and how; nil where the file does not record it.
  public var teachingRecord: TeachingRecord? {
    metadata(named: TeachingRecord.metadataName).flatMap {
      try? JSONDecoder().decode(TeachingRecord.self, from: Data($0))
    }
  }

  /// Stores a record after all other metadata; nil removes it.
  ///
  /// - Throws: `TFLiteError` where the packed files cannot be written again.
  package mutating func setTeachingRecord(_ record: TeachingRecord?) throws(TFLiteError) {
    setMetadata(named: TeachingRecord.metadataName, to: record?.bytes)
    try repack()
  }
}
