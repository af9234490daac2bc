package import LiteRT
import Platform

extension Kernels.Use {
  /// When to use Imprint's own kernels, as `$IMPRINT_KERNELS` says, for tests and measurements: `auto`, `on` or `off`. Other
  /// text counts as `auto`.
  package static var wanted: Self {
    EnvironmentVariable.value("IMPRINT_KERNELS").flatMap { Self(rawValue: $0) } ?? .automatic
  }
}
