import ModelSurgery
import TFLite
import TestHeads
import Testing

@testable import Heads

@Suite("Features of stored embeddings")
struct FeatureWriterTests {
  @Test(
    "Features and sums of steps follow the formula, however the elements are stored",
    arguments: [EmbeddingSpace.Element.uint8, .int8, .float32], [FeatureTransform.plain, .root, .signedRoot])
  func formula(element: EmbeddingSpace.Element, map: FeatureTransform) throws {
    let dimension = 21
    let space = EmbeddingSpace(
      extractor: "made up", resize: "crop", augmentation: .five, arithmetic: .exact, dimension: dimension,
      element: element,
      zeroPoint: element == .float32 ? 0 : 3, isNonNegative: false)
    var generator = SplitMix64(seed: 1)
    var bytes: [UInt8] = []
    for _ in 0..<5 * dimension {
      if element == .float32 {
        let value = Float.random(in: -1...1, using: &generator)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      } else {
        bytes.append(.random(in: 0...255, using: &generator))
      }
    }
    let writer = FeatureWriter(space, transform: map)
    let steps = space.steps(Bytes(bytes))
    var sum = [Double](repeating: 1, count: dimension)
    writer.addSteps(Bytes(bytes), to: &sum, factor: -2)
    for index in 0..<dimension {
      let expected = (0..<5).reduce(1.0) { $0 - 2 * Double(steps[$1 * dimension + index]) }
      #expect(abs(sum[index] - expected) < 1e-12)
    }
    for view in 0..<5 {
      var features = [Double](repeating: 7, count: dimension)
      features.withUnsafeMutableBufferPointer { writer.write(view: view, of: Bytes(bytes), into: $0, factor: 0.5) }
      let expected = (0..<dimension).map { index -> Double in
        let step = Double(steps[view * dimension + index])
        switch map {
        case .plain: return step
        case .root: return max(0, step).squareRoot()
        case .signedRoot: return (step < 0 ? -1 : 1) * abs(step).squareRoot()
        }
      }
      let length = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (found, value) in zip(features, expected) { #expect(abs(found - 0.5 * value / length) < 1e-14) }
    }
  }

  @Test("Writes zeros for an embedding of zeros, and nothing for too few bytes")
  func zeros() {
    let writer = FeatureWriter(MadeEmbeddings.space(dimension: 9))
    var features = [Double](repeating: 7, count: 9)
    features.withUnsafeMutableBufferPointer {
      writer.write(view: 1, of: Bytes([UInt8](repeating: 1, count: 9)), into: $0)
    }
    #expect(features == Array(repeating: 7, count: 9))
    features.withUnsafeMutableBufferPointer {
      writer.write(view: 0, of: Bytes([UInt8](repeating: 0, count: 9)), into: $0)
    }
    #expect(features == Array(repeating: 0, count: 9))
  }
}
