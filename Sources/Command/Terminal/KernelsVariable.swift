package import LiteRT

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Kernels.Use {
  /// When to use Imprint's own kernels, as `$IMPRINT_KERNELS` says, for tests and measurements: `auto`, `on` or `off`. Other
  /// text counts as `auto`.
  package static var wanted: Self {
    ProcessInfo.processInfo.environment["IMPRINT_KERNELS"].flatMap { Self(rawValue: $0) } ?? .automatic
  }
}
