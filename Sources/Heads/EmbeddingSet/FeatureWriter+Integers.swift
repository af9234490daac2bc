import ModelSurgery
import TFLite

/// Features and steps as whole numbers, whose sums and products are exact in whatever order they are added.
extension FeatureWriter {
  /// Features are whole multiples of 2⁻¹⁵, so that the square of a block of 2²³ rows is exact in 64-bit floats, and that of 2³³
  /// rows in 64-bit integers.
  static let featuresPerUnit = 0x1p15
  /// Steps of floats are whole multiples of 2⁻⁶⁰.
  static let stepsPerUnit = 0x1p60
  /// The greatest magnitude of a float that can be summed.
  static let mostSummed: Float = 0x1p30

  /// The value of one unit of the sums of steps.
  var stepUnit: Double { values.isEmpty ? 1 / Self.stepsPerUnit : 1 }

  /// Returns whether all elements can be summed; bytes always can.
  func areSummable(_ embeddings: Bytes) -> Bool {
    guard element == .float32 else { return true }
    return embeddings.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).allSatisfy { abs(Self.float(bytes, $0)) <= Self.mostSummed }
    }
  }

  /// Writes the features of a view times 2¹⁵, rounded to whole numbers, and adds them to sums.
  ///
  /// - Parameters:
  ///   - view: The index of the view.
  ///   - embeddings: The embeddings of all views.
  ///   - features: D numbers to overwrite.
  ///   - sums: D sums.
  func writeWhole(
    view: Int, of embeddings: Bytes, into features: UnsafeMutableBufferPointer<Double>, addingTo sums: inout IntegerSums
  ) {
    embeddings.withUnsafeBytes { bytes in
      let start = view * dimension * element.byteCount
      let size = dimension * element.byteCount
      guard features.count == dimension, sums.count == dimension, bytes.count >= start + size else { return }
      let own = UnsafeRawBufferPointer(rebasing: bytes[start..<start + size])
      let growth = Int128(Self.featuresPerUnit)
      if element == .float32 {
        writeFloats(own, into: features)
        let features = UnsafeBufferPointer(features)
        sums.update(
          growth: growth, narrow: { Self.add(features, to: $0) }, wide: { Self.add(features, to: $0) },
          widest: { Self.add(features, to: $0) })
      } else {
        sums.update(
          growth: growth, narrow: { writeBytes(own, into: features, addingTo: $0) },
          wide: { writeBytes(own, into: features, addingTo: $0) },
          widest: { writeBytes(own, into: features, addingTo: $0) })
      }
    }
  }

  /// Adds the steps of all views to sums, or subtracts them.
  func addSteps(_ embeddings: Bytes, to sums: inout IntegerSums, subtracting: Bool = false) {
    let size = dimension * element.byteCount
    guard sums.count == dimension, size > 0 else { return }
    embeddings.withUnsafeBytes { bytes in
      for view in 0..<bytes.count / size {
        let own = UnsafeRawBufferPointer(rebasing: bytes[view * size..<(view + 1) * size])
        let growth: Int128 = element == .float32 ? Int128(1) << 90 : 512
        sums.update(
          growth: growth, narrow: { add(own, to: $0, subtracting: subtracting) },
          wide: { add(own, to: $0, subtracting: subtracting) }, widest: { add(own, to: $0, subtracting: subtracting) })
      }
    }
  }

  private func writeBytes<Number: FixedWidthInteger & SignedInteger>(
    _ bytes: UnsafeRawBufferPointer, into features: UnsafeMutableBufferPointer<Double>,
    addingTo sums: UnsafeMutableBufferPointer<Number>
  ) {
    let square = square(of: bytes)
    let factor = square > 0 ? Self.featuresPerUnit / Double(square).squareRoot() : 0
    values.withUnsafeBufferPointer { values in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { wholes in
        for value in 0..<256 { wholes[value] = Self.whole(values[value] * factor) }
        // In parts that fit on the stack: looking up is scalar work, and the rest is not.
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { part in
          for start in stride(from: 0, to: features.count, by: 256) {
            let range = start..<min(start + 256, features.count)
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[range])
            let features = UnsafeMutableBufferPointer(rebasing: features[range])
            let sums = UnsafeMutableBufferPointer(rebasing: sums[range])
            for index in bytes.indices { part[index] = wholes[Int(bytes[index])] }
            for index in features.indices { features[index] = Double(part[index]) }
            for index in sums.indices { sums[index] &+= Number(truncatingIfNeeded: part[index]) }
          }
        }
      }
    }
  }

  /// Returns the square of the length that the values of bytes have.
  private func square(of bytes: UnsafeRawBufferPointer) -> Int {
    if element == .uint8, zeroPoint == 0, transform != .plain {
      // The sum of the bytes.
      var sum: UInt32 = 0
      for byte in bytes { sum &+= UInt32(byte) }
      return Int(sum)
    }
    return squares.withUnsafeBufferPointer { squares in
      // Several sums at once, so that none waits for another.
      var (first, second, third, fourth) = (0, 0, 0, 0)
      let whole = bytes.count & ~3
      for index in stride(from: 0, to: whole, by: 4) {
        first &+= squares[Int(bytes[index])]
        second &+= squares[Int(bytes[index + 1])]
        third &+= squares[Int(bytes[index + 2])]
        fourth &+= squares[Int(bytes[index + 3])]
      }
      for index in whole..<bytes.count { first &+= squares[Int(bytes[index])] }
      return first &+ second &+ third &+ fourth
    }
  }

  private func writeFloats(_ bytes: UnsafeRawBufferPointer, into features: UnsafeMutableBufferPointer<Double>) {
    for index in features.indices { features[index] = transform.value(of: Double(Self.float(bytes, index))) }
    let square = FeatureTransform.square(of: UnsafeBufferPointer(features))
    let factor = square > 0 ? Self.featuresPerUnit / square.squareRoot() : 0
    for index in features.indices {
      let value = Self.rounded(features[index] * factor)
      // Beyond these limits only where the square exceeds the range of floats.
      features[index] = abs(value) <= Self.featuresPerUnit ? value : 0
    }
  }

  /// Rounds a number of magnitude below 2⁵¹ to the nearest whole number, to the even one of two.
  private static func rounded(_ number: Double) -> Double { (number + 0x1.8p52) - 0x1.8p52 }

  /// Rounds a number of magnitude below 2³¹ as ``rounded(_:)`` does: the low half of the sum with this number is an integer.
  private static func whole(_ number: Double) -> Int32 {
    Int32(truncatingIfNeeded: (number + 0x1.8p52).bitPattern)
  }

  private static func add<Number: FixedWidthInteger & SignedInteger>(
    _ features: UnsafeBufferPointer<Double>, to sums: UnsafeMutableBufferPointer<Number>
  ) {
    for index in sums.indices { sums[index] &+= Number(truncatingIfNeeded: whole(features[index])) }
  }

  private func add<Number: FixedWidthInteger & SignedInteger>(
    _ bytes: UnsafeRawBufferPointer, to sums: UnsafeMutableBufferPointer<Number>, subtracting: Bool
  ) {
    let zero = Number(truncatingIfNeeded: Int(zeroPoint))
    let sign: Number = subtracting ? -1 : 1
    switch element {
    case .uint8 where !subtracting:
      for index in sums.indices { sums[index] &+= Number(truncatingIfNeeded: bytes[index]) &- zero }
    case .uint8:
      for index in sums.indices { sums[index] &-= Number(truncatingIfNeeded: bytes[index]) &- zero }
    case .int8:
      for index in sums.indices {
        sums[index] &+= sign &* (Number(truncatingIfNeeded: Int8(bitPattern: bytes[index])) &- zero)
      }
    case .float32:
      for index in sums.indices {
        // Two parts of whole multiples of 2⁻²⁰ and 2⁻⁶⁰, of at most 2⁵⁰ and 2³⁹ each.
        let scaled = Double(Self.float(bytes, index)) * 0x1p20
        guard abs(scaled) <= 0x1p50 else { continue }
        let high = Self.rounded(scaled)
        let low = (scaled - high) * 0x1p40
        let whole = Int128(Int64(high)) << 40 &+ Int128(Int64(low))
        sums[index] &+= sign &* Number(truncatingIfNeeded: whole)
      }
    }
  }
}
