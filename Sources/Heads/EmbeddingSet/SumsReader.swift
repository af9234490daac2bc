import LinearAlgebra
import ModelSurgery
import Platform
import TFLite

/// Reads the sums of an embedding file behind its header.
struct SumsReader {
  let header: EmbeddingSetHeader
  var cursor: ByteCursor
  let bad: (String) -> EmbeddingSetError

  init(header: EmbeddingSetHeader, cursor: ByteCursor, bad: @escaping (String) -> EmbeddingSetError) {
    self.header = header
    self.cursor = cursor
    self.bad = bad
  }

  private var dimension: Int { header.space.dimension }
  private var views: Int { header.space.augmentation.count }

  /// Reads the classes and the moments.
  ///
  /// - Throws: ``EmbeddingSetError/badFile(path:reason:)``.
  consuming func read(version: UInt32) throws -> (classes: [EmbeddedClass], moments: PooledMoments) {
    // Checked before memory is allocated for a size that a damaged header claims.
    guard header.bodySize(version: version) == cursor.remaining else {
      throw bad("it does not hold as many sums as its header says")
    }
    let pictures = header.classes.reduce(0) { $0 + $1.count }
    guard dimension <= PooledMoments.mostDimensions, pictures <= PooledMoments.mostViews / views else {
      throw bad("its sums are of more pictures or dimensions than are possible")
    }
    let writer = FeatureWriter(header.space)
    var classes: [EmbeddedClass] = []
    var digests: [Set<PictureDigest>] = []
    for known in header.classes { digests.append(try readDigests(known.digests ?? 0)) }
    var sums: [IntegerSums] = []
    for (known, own) in zip(header.classes, digests) {
      let (steps, features) = version > 2 ? try readSums(of: known) : try readFloats(of: known, writer)
      var made = EmbeddedClass(name: known.name, count: known.count, steps: steps, writer: writer)
      made.digests = own
      classes.append(made)
      sums.append(features)
    }
    let square = version > 2 ? try readSquare(of: pictures) : try readFloatSquare(of: pictures)
    return (classes, PooledMoments(sums: sums, square: square, views: views))
  }

  private mutating func readDigests(_ count: Int) throws -> Set<PictureDigest> {
    var digests: Set<PictureDigest> = []
    digests.reserveCapacity(count)
    for _ in 0..<count {
      guard let bytes = cursor.take(PictureDigest.byteCount), let digest = PictureDigest(bytes: bytes) else {
        throw bad("it holds fewer digests than its header says")
      }
      digests.insert(digest)
    }
    return digests
  }

  private mutating func readSums(
    of known: EmbeddingSetHeader.Class
  ) throws -> (steps: IntegerSums, features: IntegerSums) {
    guard let widths = known.widths, widths.count == 2,
      let steps = cursor.take(dimension * widths[0]).flatMap({ IntegerSums($0, width: widths[0]) }),
      let features = cursor.take(dimension * widths[1]).flatMap({ IntegerSums($0, width: widths[1]) })
    else { throw bad("it does not hold as many sums as its header says") }
    let most = Int128(known.count * views)
    let mostSteps: Int128 = header.space.element == .float32 ? Int128(1) << 90 : 512
    guard steps.largest <= most * mostSteps, features.largest <= most * Int128(FeatureWriter.featuresPerUnit) else {
      throw bad("its class \"\(known.name)\" holds sums that \(known.count) pictures cannot have")
    }
    return (steps, features)
  }

  private mutating func readSquare(of pictures: Int) throws -> IntegerSymmetricSum {
    let count = dimension * (dimension + 1) / 2
    let unit = Int64(FeatureWriter.featuresPerUnit)
    guard let width = header.squareWidth, let bytes = cursor.take(count * width),
      let elements: [Int64] = IntegerSums.numbers(in: bytes, width: width),
      let square = IntegerSymmetricSum(size: dimension, elements: elements)
    else { throw bad("it does not hold as many sums as its header says") }
    // At most 2³³ · 2³⁰, which is one more than the greatest number of 64 bits.
    let most = Int64(clamping: Int128(pictures * views) * Int128(unit * unit))
    guard elements.allSatisfy({ $0 <= most && $0 >= -most }) else {
      throw bad("it holds sums that \(pictures) pictures cannot have")
    }
    return square
  }

  private mutating func readNumbers(_ count: Int, unit: Double) throws -> [Double] {
    guard let bytes = cursor.take(8 * count), let bits: [Int64] = IntegerSums.numbers(in: bytes, width: 8) else {
      throw bad("it holds fewer sums than its header says")
    }
    let numbers = bits.map { Double(bitPattern: UInt64(bitPattern: $0)) * unit }
    guard numbers.allSatisfy(\.isFinite) else { throw bad("it holds a sum that is infinite or not a number (NaN)") }
    return numbers
  }

  /// Reads the sums of a class of version 1 or 2, in which each view has the weight 1/V.
  private mutating func readFloats(
    of known: EmbeddingSetHeader.Class, _ writer: FeatureWriter
  ) throws -> (steps: IntegerSums, features: IntegerSums) {
    let steps = IntegerSums(try readNumbers(dimension, unit: 1 / writer.stepUnit))
    let features = IntegerSums(try readNumbers(dimension, unit: FeatureWriter.featuresPerUnit * Double(views)))
    guard let steps, let features else { throw bad("its class \"\(known.name)\" holds a sum that makes no sense") }
    return (steps, features)
  }

  private mutating func readFloatSquare(of pictures: Int) throws -> IntegerSymmetricSum {
    let unit = FeatureWriter.featuresPerUnit
    let numbers = try readNumbers(dimension * (dimension + 1) / 2, unit: unit * unit * Double(views))
    guard numbers.allSatisfy({ abs($0) < 0x1p62 }) else { throw bad("it holds a sum that makes no sense") }
    var square = IntegerSymmetricSum(size: dimension)
    var index = -1
    square.replaceElements { _, _, _ in
      index += 1
      return Int64(numbers[index].rounded())
    }
    return square
  }
}
