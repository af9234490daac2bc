import Heads
import ModelSurgery
import TFLite

/// What a model file holds of how familiar a picture is: the numbers of ``Familiarity``, and what its training pictures,
/// each left out, came to.
///
/// A metadata buffer, little-endian throughout:
///
/// | bytes | what |
/// | --- | --- |
/// | 4 | `IMPF` |
/// | 4 | version, 1 |
/// | 4 · 4 | D, r, N, and m, the number of quantiles |
/// | 4 · 3 | the rate, λ, σ |
/// | 4 N, 4 r | q, s |
/// | 4 m | quantiles of u over the training pictures, ascending, evenly spaced from the least to the greatest |
/// | 4 D | μ |
/// | (4 + D)(r + N) | rows of U, then of w: each a scale, and D signed bytes that it is multiplied with |
///
/// All numbers but the counts and the bytes are 32-bit floats. Bytes are enough: they move no u by a hundredth of what
/// pictures of one class differ by.
package struct StoredFamiliarity: Sendable, Hashable {
  static let metadataName: Text = "imprint.familiarity"

  /// What p counts in u.
  static let projectionFactor: Float = 10

  /// D² and p.
  let nearest: NearestClass
  /// σ.
  let deviation: Float
  /// The share of taught pictures that may be called unknown, where no other is asked for.
  package let rate: Float
  /// Quantiles of u over the training pictures.
  let quantiles: [Float]

  /// What is to be stored; nil where no training picture tells what u is usual.
  ///
  /// - Throws: `SurgeryError` where the numbers do not fit each other.
  package init?(_ familiarity: Familiarity, rate: Double) throws(SurgeryError) {
    let values = familiarity.training.map { familiarity.value(distance: $0.distance, projection: $0.projection) }
    let deviation = Float(familiarity.deviation)
    guard !values.isEmpty, values.allSatisfy({ Float($0).isFinite }), deviation > 0, (1 / deviation).isFinite,
      Self.rates.contains(Float(rate))
    else { return nil }
    nearest = try familiarity.nearest.withByteRows
    self.deviation = deviation
    self.rate = Float(rate)
    let all = Quantiles(values)
    let count = min(max(values.count, 2), Self.mostQuantiles)
    quantiles = (0..<count).map { Float(all[Double($0) / Double(count - 1)]) }
  }

  /// The least u of a picture that is not called unknown, at a share of taught pictures that may be.
  package func threshold(rate: Double) -> Float { Float(Quantiles(quantiles.map(Double.init))[rate]) }

  /// Reads a buffer.
  ///
  /// - Throws: ``StoredFamiliarityError`` with what is wrong with it.
  init(_ bytes: Bytes) throws(StoredFamiliarityError) {
    var reader = ByteCursor(bytes)
    guard reader.next(UInt32.self) == Self.magic else { throw .damaged("it does not begin with IMPF") }
    let version = reader.next(UInt32.self)
    guard version == Self.version else { throw .newer(version ?? 0) }
    guard let dimension = reader.count(), let rows = reader.count(), let classes = reader.count(),
      let values = reader.count(), let numbers = reader.floats(3), let lengths = reader.floats(classes),
      let shares = reader.floats(rows), let quantiles = reader.floats(values), let mean = reader.floats(dimension),
      let directions = Self.rows(rows, of: dimension, &reader),
      let discriminants = Self.rows(classes, of: dimension, &reader), reader.remaining == 0
    else { throw .damaged("its length is not what its numbers ask for") }
    do {
      nearest = try NearestClass(
        mean: mean, directions: directions, shares: shares, lambda: numbers[1], discriminants: discriminants,
        lengths: lengths)
    } catch {
      throw .damaged("\(error)")
    }
    rate = numbers[0]
    deviation = numbers[2]
    self.quantiles = quantiles
    guard Self.rates.contains(rate), deviation > 0, (1 / deviation).isFinite, (2...Self.mostQuantiles).contains(values),
      quantiles.allSatisfy(\.isFinite), zip(quantiles, quantiles.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw .damaged("its rate, its deviation or its quantiles make no sense") }
  }

  /// Rows, each a scale and signed bytes; nil where the bytes end before.
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

  /// The buffer.
  var bytes: Bytes {
    var out: [UInt8] = []
    func append(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { out.append(contentsOf: $0) } }
    func append(_ values: [Float]) { for value in values { append(value.bitPattern) } }
    func append(rows: [Float]) {
      for start in stride(from: 0, to: rows.count, by: nearest.dimension) {
        let row = ByteRow(rows[start..<start + nearest.dimension])
        append([row.scale])
        out.append(contentsOf: row.steps.map(UInt8.init(bitPattern:)))
      }
    }
    append(Self.magic)
    append(Self.version)
    for count in [nearest.dimension, nearest.shares.count, nearest.classCount, quantiles.count] {
      append(UInt32(clamping: count))
    }
    append([rate, nearest.lambda, deviation])
    for values in [nearest.lengths, nearest.shares, quantiles, nearest.mean] { append(values) }
    append(rows: nearest.directions)
    append(rows: nearest.discriminants)
    return Bytes(out)
  }

  package static let rates: Range<Float> = 0..<1
  private static let magic: UInt32 = 0x4650_4D49
  private static let version: UInt32 = 1
  // A share to the tenth of a percent.
  private static let mostQuantiles = 1001
}

extension Familiarity {
  /// u = 10 p − D² / σ.
  public func value(distance: Double, projection: Double) -> Double {
    Double(StoredFamiliarity.projectionFactor) * projection - distance / deviation
  }
}

extension NearestClass {
  /// The same with rows rounded to bytes, as they are stored.
  fileprivate var withByteRows: NearestClass {
    get throws(SurgeryError) {
      let rounded = { (rows: [Float]) in
        stride(from: 0, to: rows.count, by: dimension).flatMap { ByteRow(rows[$0..<$0 + dimension]).values }
      }
      return try NearestClass(
        mean: mean, directions: rounded(directions), shares: shares, lambda: lambda,
        discriminants: rounded(discriminants), lengths: lengths)
    }
  }
}

/// Numbers as signed bytes with one scale: value = scale · byte.
struct ByteRow {
  let scale: Float
  let steps: [Int8]

  /// The nearest to some numbers, which must be finite. Rounding twice changes nothing.
  init(_ values: some Sequence<Float>) {
    let greatest = values.reduce(0) { max($0, abs($1)) }
    let scale = greatest / 127
    self.scale = scale
    steps = values.map { scale > 0 ? Int8(min(max(($0 / scale).rounded(), -127), 127)) : 0 }
  }

  /// The numbers that the bytes stand for.
  var values: [Float] { steps.map { scale * Float($0) } }
}

extension Model {
  /// By what ``Classifier`` calls pictures unknown, or nil where the file does not say.
  ///
  /// - Throws: ``StoredFamiliarityError`` where what it says is passed over.
  public var unknownRule: UnknownRule? {
    get throws(StoredFamiliarityError) {
      try storedFamiliarity.map { UnknownRule(rate: Double($0.rate), threshold: $0.threshold(rate: Double($0.rate))) }
    }
  }

  /// What the file holds of how familiar a picture is, checked against its last layers.
  package var storedFamiliarity: StoredFamiliarity? {
    get throws(StoredFamiliarityError) {
      guard let bytes = metadata(named: StoredFamiliarity.metadataName) else { return nil }
      let stored = try StoredFamiliarity(bytes)
      _ = try withFamiliarity(stored)
      return stored
    }
  }

  /// The model whose output has u behind the scores.
  package func withFamiliarity(_ stored: StoredFamiliarity) throws(StoredFamiliarityError) -> Model {
    do {
      return try appendingFamiliarity(
        of: stored.nearest, deviation: stored.deviation, projectionFactor: StoredFamiliarity.projectionFactor)
    } catch {
      throw .otherHead("\(error)")
    }
  }
}

/// Why what a file holds of unfamiliar pictures is passed over.
public enum StoredFamiliarityError: Error, Sendable, Hashable {
  /// It was written by a later version.
  case newer(UInt32)
  /// It is not what it should be.
  case damaged(String)
  /// It was made for other last layers than the file has.
  case otherHead(String)
}

extension StoredFamiliarityError: CustomStringConvertible {
  public var description: String {
    let name = "the metadata imprint.familiarity is passed over, so that no picture is called unknown"
    return switch self {
    case .newer(let version): "\(name): it is of version \(version), and 1 is known here"
    case .damaged(let because): "\(name): \(because); teach the model anew"
    case .otherHead(let because): "\(name): \(because); teach the model anew"
    }
  }
}
