import Platform
import Testing

@Suite("Checksums")
struct ChecksumTests {
  @Test(
    "Computes the same as xxHash's own program, for all remainders of a length",
    arguments: [
      (0, 0xEF46_DB37_51D8_E999, 0xF6CF_42B7_7638_25C2), (1, 0x1F25_C8D0_BC1F_4BB6, 0x98AB_1345_569F_4C13),
      (3, 0x31D2_363F_52E5_64C9, 0x1967_1A10_F57A_4D49), (4, 0x9BB6_4B7D_66EE_9FDA, 0x42CB_38E2_249D_B61D),
      (7, 0x9A7B_1499_59CE_60D8, 0xF71B_4DFD_7F14_9982), (8, 0xDAB9_9D95_C6F9_0092, 0x2EE8_E284_A9AF_404F),
      (31, 0xA2AA_5F33_CC4A_6119, 0xD762_A5F0_E1E5_8D46), (32, 0x23C3_C17E_F790_FD97, 0x7D69_5484_7C92_D7C2),
      (33, 0x50A7_CFC7_BA58_8784, 0x80D6_E4E6_CEAE_1905), (63, 0x5E3E_54B4_31C7_493C, 0x278E_A6B4_DD9D_48AF),
      (100, 0xA61F_8D4C_170F_E531, 0x4E8F_39DE_0BD0_572F), (1000, 0x5F23_5FA0_33F1_A3FB, 0x21EF_0FA2_2ED2_0C6A),
    ] as [(Int, UInt64, UInt64)])
  func examples(count: Int, plain: UInt64, seeded: UInt64) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    #expect(bytes.withUnsafeBytes { Checksum.of($0) } == plain)
    #expect(bytes.withUnsafeBytes { Checksum.of($0, seed: 2026) } == seeded)
  }

  @Test("Every change of one bit changes it, wherever the bytes begin")
  func flips() {
    var bytes = (0..<77).map { UInt8($0) }
    func sum() -> UInt64 { bytes.withUnsafeBytes { Checksum.of(UnsafeRawBufferPointer(rebasing: $0.dropFirst(5))) } }
    var seen: Set<UInt64> = [sum()]
    for place in 5..<bytes.count {
      for bit in 0..<8 {
        bytes[place] ^= 1 << UInt8(bit)
        seen.insert(sum())
        bytes[place] ^= 1 << UInt8(bit)
      }
    }
    #expect(seen.count == 72 * 8 + 1)
  }
}
