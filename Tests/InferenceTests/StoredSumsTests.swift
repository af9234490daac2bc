import Heads
import Inference
import TFLite
import Testing

@Suite("Stored class sums in the model file")
struct StoredSumsTests {
  private func stored(_ steps: [Double], count: Int? = 3) -> StoredSums {
    StoredSums(dimension: steps.count, sums: [4: EmbeddingSum(steps: steps, count: count)])
  }

  @Test(
    "Sums and counts round-trip",
    arguments: [[1, -127, 0], [300, -32767, 5], [40_000, -2e9, 1], [0.5, 1e300, -7], [-0.0, 1, 2]] as [[Double]])
  func roundTrip(steps: [Double]) {
    #expect(StoredSums(stored(steps).bytes, dimension: 3) == stored(steps))
    #expect(StoredSums(stored(steps, count: nil).bytes, dimension: 3) == stored(steps, count: nil))
  }

  @Test("Rejects a count too large for an exact sum, and counts never overflow")
  func counts() throws {
    #expect(StoredSums(stored([1, 2, 3], count: 1 << 53).bytes, dimension: 3) == nil)
    var sum = EmbeddingSum(steps: [1], count: .max)
    try sum.add(EmbeddingSum(steps: [2], count: 3))
    #expect(sum == EmbeddingSum(steps: [3], count: nil))
    #expect(throws: EmbeddingError.notFinite) { try sum.add(EmbeddingSum(steps: [.infinity], count: 1)) }
  }

  @Test("Small sums take one byte per element")
  func compact() {
    #expect(stored(Array(repeating: 100, count: 1024)).bytes.count == 16 + 13 + 1024)
    #expect(stored(Array(repeating: 1000, count: 1024)).bytes.count == 16 + 13 + 2048)
  }

  @Test("Ignores other versions, other dimensions and truncated data")
  func refused() {
    let bytes = Array(stored([1, 2, 3]).bytes)
    var newer = bytes
    newer[4] = 2
    #expect(StoredSums(Bytes(newer), dimension: 3) == nil)
    #expect(StoredSums(Bytes(bytes), dimension: 4) == nil)
    for count in 0..<bytes.count { #expect(StoredSums(Bytes(Array(bytes.prefix(count))), dimension: 3) == nil) }
  }

  @Test("Damaged bytes never trap")
  func damaged() {
    let bytes = Array(stored([1, 2000, 3]).bytes)
    for position in bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var damaged = bytes
        damaged[position] = value
        _ = StoredSums(Bytes(damaged), dimension: 3)
      }
    }
  }
}

@Suite("Coral's description")
struct CoralDescriptionTests {
  @Test("Reads and writes lines of a class id and a norm")
  func roundTrip() {
    let text: Text = "0 1.002682\n7 0.998137\n1001 1.830644\n"
    #expect(CoralDescription(text).norms == [0: "1.002682", 7: "0.998137", 1001: "1.830644"])
    #expect(CoralDescription(text).text == text)
  }

  @Test(
    "Reads no classes from other descriptions",
    arguments: ["TOCO Converted.", "MLIR Converted.", "0", "0 nan\n", "-1 2.0\n", "0 1e308\n", "0 -1\n", "0 1 2"])
  func otherDescriptions(text: String) {
    #expect(CoralDescription(Text(text)).norms.isEmpty)
  }

  @Test("Norms have six decimal places")
  func places() {
    #expect(CoralDescription.string(1.8306440000001) == "1.830644")
    #expect(CoralDescription.string(0) == "0.000000")
    #expect(CoralDescription.string(12) == "12.000000")
  }
}
