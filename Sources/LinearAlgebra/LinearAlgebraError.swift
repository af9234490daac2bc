/// Why a matrix cannot be computed.
public enum LinearAlgebraError: Error, Sendable, Hashable {
  /// The system's linear algebra library is not there; `reason` is what the loader said.
  case libraryMissing(reason: String)
  /// A matrix that has to be positive definite is not, or holds what is no number.
  case notPositiveDefinite(size: Int)
  /// The search for eigenvalues did not end, as when a matrix holds what is no number.
  case noEigenvalues(size: Int)
  /// Matrices whose sizes do not fit each other.
  case misfit(String)
  /// A matrix that is larger than the library can index.
  case tooLarge(rows: Int, columns: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .libraryMissing(let reason):
      "heads are solved with OpenBLAS, which is not there (\(reason)): sudo apt-get install libopenblas0-pthread"
    case .notPositiveDefinite(let size):
      "a \(size)x\(size) matrix is not positive definite: the embeddings are degenerate or hold what is no number"
    case .noEigenvalues(let size): "the eigenvalues of a \(size)x\(size) matrix cannot be found"
    case .misfit(let words): "matrices do not fit each other: \(words)"
    case .tooLarge(let rows, let columns): "a matrix of \(rows)x\(columns) elements is too large"
    }
  }
}
