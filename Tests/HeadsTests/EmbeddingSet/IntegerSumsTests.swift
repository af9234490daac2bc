import TFLite
import TestMaterial
import Testing

@testable import Heads

@Suite("Sums of whole numbers")
struct IntegerSumsTests {
  @Test("Grow from 32 to 64 and 128 bits, and stay exact")
  func growth() throws {
    for (value, times) in [(0x1p30, 3), (0x1p31 - 1, 5), (-0x1p31, 5), (0x1p62, 3), (-0x1p62, 3), (0x1p100, 4)] {
      let one = try #require(IntegerSums([value, -value, 1]))
      var sum = IntegerSums(count: 3)
      for _ in 0..<times { sum.add(one) }
      #expect(sum.doubles(unit: 1) == [Double(times) * value, Double(-times) * value, Double(times)])
      for _ in 0..<times { sum.add(one, subtracting: true) }
      #expect(sum == IntegerSums(count: 3))
    }
  }

  @Test("Are stored in the smallest width that holds them")
  func widths() throws {
    let examples: [(Double, Int)] = [
      (0, 1), (127, 1), (-128, 1), (128, 2), (-129, 2), (32767, 2), (32768, 4), (-0x1p31, 4), (0x1p31, 8), (0x1p63, 16),
      (-0x1p63, 8),
    ]
    for (value, width) in examples {
      let sums = try #require(IntegerSums([0, value, -1]))
      #expect(sums.width == width, "\(value)")
      for wider in IntegerSums.widths where wider >= width {
        #expect(IntegerSums(sums.bytes(width: wider), width: wider) == sums)
      }
    }
    #expect(IntegerSums([1, 2, 3], width: 2) == nil && IntegerSums([1, 2, 3], width: 3) == nil)
    #expect(IntegerSums([.nan]) == nil && IntegerSums([0x1p121]) == nil)
  }

  @Test("Features are rounded to 15 bits, and their sums do not depend on the order", arguments: [false, true])
  func features(isFloat: Bool) throws {
    let space = MadeSpace.space(isFloat: isFloat)
    let writer = FeatureWriter(space)
    var generator = SplitMix64(seed: 3)
    let pictures = (0..<20).map { _ in MadeSpace.embedding(in: space, using: &generator) }
    func sum(_ pictures: [Bytes]) -> (features: IntegerSums, steps: IntegerSums) {
      var (features, steps) = (IntegerSums(count: space.dimension), IntegerSums(count: space.dimension))
      var row = [Double](repeating: 7, count: space.dimension)
      for picture in pictures {
        row.withUnsafeMutableBufferPointer {
          writer.writeWhole(view: 1, of: picture, into: $0, addingTo: &features)
        }
        var exact = row
        exact.withUnsafeMutableBufferPointer { writer.write(view: 1, of: picture, into: $0) }
        let isNearest = zip(row, exact).allSatisfy { whole, exact in abs(whole / 32768 - exact) <= 0.5001 / 32768 }
        #expect(isNearest && row.allSatisfy { $0 == $0.rounded() })
        writer.addSteps(picture, to: &steps)
      }
      return (features, steps)
    }
    let forth = sum(pictures)
    let back = sum(pictures.reversed())
    #expect(forth.features == back.features && forth.steps == back.steps)
    var expected = [Double](repeating: 0, count: space.dimension)
    for picture in pictures { writer.addSteps(picture, to: &expected, factor: 1) }
    for (found, value) in zip(forth.steps.doubles(unit: writer.stepUnit), expected) {
      #expect(abs(found - value) < 1e-9)
    }
    var steps = forth.steps
    for picture in pictures { writer.addSteps(picture, to: &steps, subtracting: true) }
    #expect(steps == IntegerSums(count: space.dimension))
  }
}

private enum MadeSpace {
  static func space(isFloat: Bool) -> EmbeddingSpace {
    EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: .five, arithmetic: .exact, dimension: 37,
      element: isFloat ? .float32 : .int8, zeroPoint: isFloat ? 0 : -7, isNonNegative: false)
  }

  static func embedding(in space: EmbeddingSpace, using generator: inout SplitMix64) -> Bytes {
    var bytes: [UInt8] = []
    for _ in 0..<5 * space.dimension {
      if space.element == .float32 {
        let value = Float.random(in: -3...3, using: &generator)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      } else {
        bytes.append(.random(in: 0...255, using: &generator))
      }
    }
    return Bytes(bytes)
  }
}
