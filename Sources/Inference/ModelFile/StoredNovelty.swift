public import Heads
package import ModelSurgery
public import Platform
public import TFLite

/// The novelty score of a classifier as stored in its file, with the quantiles of the leave-one-out score over the training
/// pictures.
///
/// It is a metadata buffer, little-endian throughout:
///
/// | bytes | content |
/// | --- | --- |
/// | 4 | `IMPF` |
/// | 4 | version: 2 with small classes, otherwise 1 |
/// | 4 · 4 | D, r, N, and m, the number of quantiles |
/// | 4 · 3 | the rate, λ, σ |
/// | 4 N, 4 r | q, s |
/// | 4 m | quantiles of u over the training pictures, ascending, evenly spaced from the least to the greatest |
/// | 4 D | μ |
/// | (4 + D)(r + N) | rows of U, then of w: each a scale, and D signed bytes to multiply by the scale |
/// | 4 + 4 k | in version 2: k, and the small classes of the score, ascending |
///
/// All numbers except the counts and the bytes are 32-bit floats. Bytes are precise enough: they change u by less than 1/100
/// of its spread within a class.
package struct StoredNovelty: Sendable, Hashable {
  static let metadataName: Text = "imprint.familiarity"

  /// The score, with rows rounded to bytes.
  let novelty: NoveltyScore
  /// The default share of pictures of the taught classes that the classifier may call unknown.
  package let rate: Float
  /// Quantiles of u over the training pictures.
  let quantiles: [Float]

  /// Prepares a score for storing; returns nil where it has no values of training pictures, or only small classes.
  ///
  /// - Throws: `SurgeryError` where the rounded numbers are not a valid score.
  package init?(_ novelty: NoveltyScore, rate: Double) throws(SurgeryError) {
    let values = novelty.training.map { novelty.value(distance: $0.distance, projection: $0.projection) }
    guard !values.isEmpty, values.allSatisfy({ Float($0).isFinite }), Self.rates.contains(Float(rate)),
      novelty.smallClasses.count < novelty.classCount
    else { return nil }
    self.novelty = try novelty.rounded
    self.rate = Float(rate)
    let all = Quantiles(values)
    let count = min(max(values.count, 2), Self.mostQuantiles)
    quantiles = (0..<count).map { Float(all[Double($0) / Double(count - 1)]) }
  }

  /// Returns the rule for a share of pictures of the taught classes that may be called unknown.
  package func rule(rate: Double) -> UnknownRule {
    UnknownRule(
      rate: rate, threshold: Float(Quantiles(quantiles.map(Double.init)).bound(share: rate)),
      pictures: quantiles.count, smallClasses: novelty.smallClasses)
  }

  /// Reads a buffer.
  ///
  /// - Throws: ``StoredNoveltyError`` where the buffer is invalid.
  init(_ bytes: Bytes) throws(StoredNoveltyError) {
    var reader = ByteCursor(bytes)
    guard reader.next(UInt32.self) == Self.magic else { throw .damaged("it does not begin with IMPF") }
    let version = reader.next(UInt32.self)
    guard let version, version == Self.version || version == Self.versionWithSmallClasses else {
      throw .newer(version ?? 0)
    }
    guard let dimension = reader.count(), let rows = reader.count(), let classes = reader.count(),
      let values = reader.count(), let numbers = reader.floats(3), let lengths = reader.floats(classes),
      let shares = reader.floats(rows), let quantiles = reader.floats(values), let mean = reader.floats(dimension),
      let directions = Self.rows(rows, of: dimension, &reader),
      let discriminants = Self.rows(classes, of: dimension, &reader),
      let smallClasses = version == Self.version ? [] : Self.smallClasses(&reader), reader.remaining == 0
    else { throw .damaged("its length does not match its counts") }
    do {
      novelty = try NoveltyScore(
        mean: mean, directions: directions, shares: shares, lambda: Double(numbers[1]), discriminants: discriminants,
        lengths: lengths, deviation: Double(numbers[2]), smallClasses: smallClasses)
    } catch {
      throw .damaged("\(error)")
    }
    rate = numbers[0]
    self.quantiles = quantiles
    guard Self.rates.contains(rate), (2...Self.mostQuantiles).contains(values), quantiles.allSatisfy(\.isFinite),
      zip(quantiles, quantiles.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw .damaged("its rate or its quantiles are out of range") }
  }

  /// Reads rows, each a scale and signed bytes; returns nil where there are too few bytes.
  private static func rows(_ count: Int, of dimension: Int, _ reader: inout ByteCursor) -> [Float]? {
    let (size, overflow) = count.multipliedReportingOverflow(by: dimension)
    guard !overflow, size <= reader.remaining else { return nil }
    var values: [Float] = []
    values.reserveCapacity(size)
    for _ in 0..<count {
      guard let scale = reader.floats(1)?.first, let steps = reader.take(dimension) else { return nil }
      values.append(contentsOf: steps.map { scale * Float(Int8(bitPattern: $0)) })
    }
    return values
  }

  /// Reads the small classes; returns nil where there are too few bytes.
  private static func smallClasses(_ reader: inout ByteCursor) -> [Int]? {
    guard let count = reader.count(), count <= reader.remaining / 4 else { return nil }
    var classes: [Int] = []
    for _ in 0..<count {
      guard let place = reader.next(UInt32.self).flatMap({ Int(exactly: $0) }) else { return nil }
      classes.append(place)
    }
    return classes
  }

  /// The buffer.
  var bytes: Bytes {
    var out: [UInt8] = []
    func append(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { out.append(contentsOf: $0) } }
    func append(_ values: [Float]) { for value in values { append(value.bitPattern) } }
    func append(rows: [Float]) {
      for start in stride(from: 0, to: rows.count, by: novelty.dimension) {
        let row = ByteRow(rows[start..<start + novelty.dimension])
        append([row.scale])
        out.append(contentsOf: row.steps.map(UInt8.init(bitPattern:)))
      }
    }
    append(Self.magic)
    append(novelty.smallClasses.isEmpty ? Self.version : Self.versionWithSmallClasses)
    for count in [novelty.dimension, novelty.shares.count, novelty.classCount, quantiles.count] {
      append(UInt32(clamping: count))
    }
    append([rate, Float(novelty.lambda), Float(novelty.deviation)])
    for values in [novelty.lengths, novelty.shares, quantiles, novelty.mean] { append(values) }
    append(rows: novelty.directions)
    append(rows: novelty.discriminants)
    if !novelty.smallClasses.isEmpty {
      for count in [novelty.smallClasses.count] + novelty.smallClasses { append(UInt32(clamping: count)) }
    }
    return Bytes(out)
  }

  package static let rates: Range<Float> = 0..<1
  private static let magic: UInt32 = 0x4650_4D49
  private static let version: UInt32 = 1
  private static let versionWithSmallClasses: UInt32 = 2
  // They resolve the rate to 0.1 %.
  private static let mostQuantiles = 1001
}

extension NoveltyScore {
  /// The score with rows rounded to bytes and numbers rounded to 32 bits, as in the file.
  fileprivate var rounded: NoveltyScore {
    get throws(SurgeryError) {
      let rounded = { (rows: [Float]) in
        stride(from: 0, to: rows.count, by: dimension).flatMap { ByteRow(rows[$0..<$0 + dimension]).values }
      }
      return try NoveltyScore(
        mean: mean, directions: rounded(directions), shares: shares, lambda: Double(Float(lambda)),
        discriminants: rounded(discriminants), lengths: lengths, deviation: Double(Float(deviation)),
        smallClasses: smallClasses)
    }
  }
}

/// Numbers as signed bytes with one scale: value = scale · byte.
private struct ByteRow {
  let scale: Float
  let steps: [Int8]

  /// Rounds numbers, which must be finite. Rounding twice changes nothing.
  init(_ values: some Sequence<Float>) {
    let greatest = values.reduce(0) { max($0, abs($1)) }
    let scale = greatest / 127
    self.scale = scale
    steps = values.map { scale > 0 ? Int8(min(max(($0 / scale).rounded(), -127), 127)) : 0 }
  }

  /// The rounded numbers.
  var values: [Float] { steps.map { scale * Float($0) } }
}

extension Model {
  /// The rule by which `Classifier` calls pictures unknown, or nil where the file has no novelty score.
  ///
  /// - Throws: ``StoredNoveltyError`` where the novelty score cannot be used.
  public var unknownRule: UnknownRule? {
    get throws(StoredNoveltyError) {
      try storedNovelty.map { $0.rule(rate: Double($0.rate)) }
    }
  }

  /// The novelty score in the file, checked against the model's last layers.
  package var storedNovelty: StoredNovelty? {
    get throws(StoredNoveltyError) {
      guard let bytes = metadata(named: StoredNovelty.metadataName) else { return nil }
      let stored = try StoredNovelty(bytes)
      _ = try appending(stored)
      return stored
    }
  }

  /// Returns the model with u appended to the scores of its output.
  package func appending(_ stored: StoredNovelty) throws(StoredNoveltyError) -> Model {
    do {
      return try appending(stored.novelty)
    } catch {
      throw .otherHead("\(error)")
    }
  }
}

/// Why the novelty score in a file cannot be used.
public struct StoredNoveltyError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case newer, damaged, otherHead
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ reason: String, remedy: String?) {
    self.code = code
    message = "the metadata imprint.familiarity cannot be used, so no picture is called unknown: \(reason)"
    self.remedy = remedy
  }

  /// The metadata was written by a later version of Imprint.
  public static func newer(_ version: UInt32) -> Self {
    Self(
      .newer, "it has version \(version); this program reads versions 1 and 2", remedy: "use a newer version of Imprint"
    )
  }

  /// The metadata is damaged.
  public static func damaged(_ reason: String) -> Self { Self(.damaged, reason, remedy: "teach the model again") }

  /// The metadata does not match the last layers of the model.
  public static func otherHead(_ reason: String) -> Self { Self(.otherHead, reason, remedy: "teach the model again") }
}
