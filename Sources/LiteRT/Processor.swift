#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the processor can do, as far as it matters to how a model is run.
public struct Processor: Sendable, Hashable {
  /// The names of its abilities, as the system lists them.
  public let features: Set<String>

  /// A processor with some abilities.
  public init(features: Set<String>) { self.features = features }

  /// Whether it adds up products of signed bytes at once (VNNI on x86, SDOT on Arm): the runtime's kernels then take int8
  /// weights with a scale for each channel much faster than uint8 ones (1.5 to 2.7 times, measured with VNNI).
  public var hasByteDotProducts: Bool {
    !features.isDisjoint(with: ["avx512_vnni", "avx_vnni", "asimddp", "FEAT_DotProd"])
  }

  /// The processor that this code runs on; without abilities where the system does not tell.
  public static let current: Processor = {
    #if canImport(Darwin)
      let name = "FEAT_DotProd"
      var answer: Int32 = 0
      var size = MemoryLayout<Int32>.size
      let isKnown = sysctlbyname("hw.optional.arm.\(name)", &answer, &size, nil, 0) == 0
      return Processor(features: isKnown && answer != 0 ? [name] : [])
    #else
      guard let file = fopen("/proc/cpuinfo", "re") else { return Processor(features: []) }
      defer { fclose(file) }
      // The first processor's paragraph is enough.
      let text = String(unsafeUninitializedCapacity: 1 << 14) { fread($0.baseAddress, 1, $0.count, file) }
      return Processor(cpuinfo: text)
    #endif
  }()

  /// What the first processor of Linux's `/proc/cpuinfo` can do.
  package init(cpuinfo text: String) {
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    let names = line?.split(separator: ":", maxSplits: 1).dropFirst().first?.split(whereSeparator: \.isWhitespace)
    features = Set(names?.map(String.init) ?? [])
  }
}
