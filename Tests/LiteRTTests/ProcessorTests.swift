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

  @Test("The processor of this machine tells of itself")
  func current() {
    #expect(!Processor.current.features.isEmpty)
  }
}
