import Testing

@testable import LiteRT

@Suite("What the processor can do")
struct ProcessorTests {
  @Test(
    "8-bit dot products are told from the system's list",
    arguments: [
      ("processor\t: 0\nflags\t\t: fpu avx2 avx512_vnni\n\nprocessor\t: 1\nflags\t\t: fpu\n", true),
      ("flags\t\t: fpu avx avx_vnni\n", true),
      ("processor\t: 0\nFeatures\t: fp asimd asimddp\n", true),
      ("flags\t\t: fpu avx2 avx512f\n", false),
      ("Features\t: fp asimd\n", false),
      ("flags\n", false),
      ("", false),
    ])
  func byteDotProducts(cpuinfo: String, expected: Bool) {
    #expect(Processor(cpuinfo: cpuinfo).hasByteDotProducts == expected)
  }

  @Test("The maker and vectors of 512 bits are told from the system's list")
  func wideVectors() {
    let wide = "fpu avx512f avx512dq avx512cd avx512bw avx512vl"
    let processor = Processor(cpuinfo: "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: \(wide)\n")
    #expect(processor.maker == "AuthenticAMD")
    #expect(processor.hasWideVectors)
    let narrow = Processor(cpuinfo: "vendor_id\t:\nflags\t\t: fpu avx2 avx512f\n")
    #expect(narrow.maker == nil)
    #expect(!narrow.hasWideVectors)
  }

  @Test("The processor of this machine tells of itself")
  func current() {
    #expect(!Processor.current.features.isEmpty)
  }
}
