public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why a matrix cannot be computed.
public struct LinearAlgebraError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case libraryMissing, noRoom, notPositiveDefinite, noEigenvalues, misfit, tooLarge
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The system's linear algebra library cannot be used; `reason` is the loader's message.
  public static func libraryMissing(reason: String) -> Self {
    Self(
      code: .libraryMissing, message: "OpenBLAS, which training a head needs, is not installed (\(reason))",
      remedy: "install it, on Debian and Ubuntu with sudo apt-get install libopenblas0-pthread")
  }

  /// The process may not map the memory that OpenBLAS needs for its threads.
  public static func noRoom(megabytes: Int, threads: Int) -> Self {
    Self(
      code: .noRoom,
      message: """
        OpenBLAS, which training a head needs, takes \(megabytes) MB of address space for \(threads) \
        \(threads == 1 ? "thread" : "threads"), and this process may not take that much
        """,
      remedy: "raise the limit (ulimit -v), or set OPENBLAS_NUM_THREADS to fewer threads")
  }

  /// A matrix that must be positive definite is not, or holds a value that is not a number.
  public static func notPositiveDefinite(size: Int) -> Self {
    Self(
      code: .notPositiveDefinite,
      message:
        "a \(size)x\(size) matrix is not positive definite: embeddings are degenerate or hold values that are not numbers",
      remedy: nil)
  }

  /// The search for eigenvalues did not converge, for example because the matrix holds NaN.
  public static func noEigenvalues(size: Int) -> Self {
    Self(code: .noEigenvalues, message: "the eigenvalues of a \(size)x\(size) matrix cannot be found", remedy: nil)
  }

  /// The sizes of matrices do not fit each other.
  public static func misfit(_ words: String) -> Self {
    Self(code: .misfit, message: "the sizes of matrices do not fit each other: \(words)", remedy: nil)
  }

  /// A matrix is larger than the library can index.
  public static func tooLarge(rows: Int, columns: Int) -> Self {
    Self(code: .tooLarge, message: "a matrix of \(rows)x\(columns) elements is too large", remedy: nil)
  }
}
