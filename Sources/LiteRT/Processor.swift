#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The instruction set features of a processor.
public struct Processor: Sendable, Hashable {
  /// The names of the features, as the system lists them.
  public let features: Set<String>

  /// Makes a processor with the given features.
  public init(features: Set<String>) { self.features = features }

  /// The widest instructions that the runtime has kernels for.
  public enum Instructions: String, Sendable, Hashable, Codable, CaseIterable {
    /// On x86: dot products of bytes in 64 and in 32 bytes, then vectors of 64, 32, 32 without whole numbers, and 16 bytes.
    case avx512VNNI = "AVX-512 VNNI"
    case avxVNNI = "AVX-VNNI"
    case avx512 = "AVX-512"
    case avx2 = "AVX2"
    case avx = "AVX"
    case sse41 = "SSE4.1"
    /// On Arm: dot products of bytes (SDOT), and vectors without them.
    case dotProducts = "SDOT"
    case neon = "NEON"
    /// Others, or none that the system lists.
    case other
  }

  /// The widest instructions of this processor that the runtime has kernels for.
  public var instructions: Instructions {
    if features.isSuperset(of: ["avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"]) {
      return features.contains("avx512_vnni") ? .avx512VNNI : features.contains("avx_vnni") ? .avxVNNI : .avx512
    }
    let known: [(feature: String, instructions: Instructions)] = [
      ("avx_vnni", .avxVNNI), ("avx2", .avx2), ("avx", .avx), ("sse4_1", .sse41), ("asimddp", .dotProducts),
      ("FEAT_DotProd", .dotProducts), ("asimd", .neon),
    ]
    return known.first { features.contains($0.feature) }?.instructions ?? .other
  }

  /// The processor that runs this code; it has no features if the system lists none.
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
      // The first processor's section is enough.
      let text = String(unsafeUninitializedCapacity: 1 << 14) { fread($0.baseAddress, 1, $0.count, file) }
      return Processor(cpuinfo: text)
    #endif
  }()

  /// Reads the features of the first processor in Linux's `/proc/cpuinfo`.
  package init(cpuinfo text: String) {
    let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
    let names = line?.split(separator: ":", maxSplits: 1).dropFirst().first?.split(whereSeparator: \.isWhitespace)
    features = Set(names?.map(String.init) ?? [])
  }
}
