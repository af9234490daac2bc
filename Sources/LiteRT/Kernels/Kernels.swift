import CEdgeTPU
import CKernels
import CLiteRT

/// Imprint's own kernels for 8-bit convolutional networks, on x86-64 processors with AVX2.
///
/// They compute the first layers of a network, for which most of the time is spent, with the same bits as the runtime's own
/// kernels: 1.5 to 2 times as fast where the processor has no dot products of bytes (VNNI). They run on one thread. The
/// runtime computes everything else, and every model that they do not know.
public enum Kernels {
  /// When to use the kernels.
  public enum Use: String, Sendable, Hashable, CaseIterable {
    /// On processors on which they are faster than the runtime's.
    case automatic = "auto"
    /// On every processor with the instructions that they need.
    case on
    /// Never.
    case off

    /// Whether models use the kernels on this processor, if they can.
    public var isWanted: Bool {
      switch self {
      case .automatic: processor.canCompute && !processor.hasDotProducts
      case .on: processor.canCompute
      case .off: false
      }
    }
  }

  /// Whether this processor has the instructions that they need.
  public static var canRun: Bool { processor.canCompute }

  private static let processor = CKernelsThisProcessor()

  /// Offers a delegate with the kernels to the model that `create` compiles.
  ///
  /// - Returns: The status that `create` returned, and whether the kernels compute part of the model; a status other than 0 if
  ///   the kernels cannot be offered.
  static func offering(
    to model: LoadedModel, _ create: (OpaquePointer?) -> LiteRtStatus
  ) -> (status: LiteRtStatus, taken: Bool) {
    guard model.kernels.isWanted else { return (-1, false) }
    let onlyBytes = model.kernels == .automatic && processor.multipliesSlowly
    var report = CKernelsReport()
    let status = withUnsafeMutablePointer(to: &report) { report -> LiteRtStatus in
      guard let kernels = CKernelsMakeDelegate(report, onlyBytes) else { return -1 }
      guard let delegate = CEdgeTPUMakeDelegate(kernels, { CKernelsFreeDelegate($0) }) else {
        CKernelsFreeDelegate(kernels)
        return -1
      }
      return create(delegate)
    }
    return (status, report.taken > 0)
  }
}
