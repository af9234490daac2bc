import CBLAS
import Platform

/// The BLAS and LAPACK routines of OpenBLAS, or of Accelerate on Apple's systems, opened on first use.
struct Routines: Sendable {
  /// The routines, or the reason why they cannot be used.
  static let shared = Result<Routines, SharedLibraryError> { () throws(SharedLibraryError) in try Routines() }

  let generalProduct: CBLASGeneralProduct
  let symmetricProduct: CBLASSymmetricProduct
  let triangularSolve: CBLASTriangularSolve
  let cholesky: CLAPACKCholesky
  let choleskyInverse: CLAPACKCholeskyInverse
  let triangularInverse: CLAPACKTriangularInverse
  let eigen: CLAPACKEigen
  // For 32-bit floats.
  let singleGeneralProduct: CBLASSingleGeneralProduct
  let singleSymmetricProduct: CBLASSingleSymmetricProduct
  let singleTriangularSolve: CBLASSingleTriangularSolve
  let singleCholesky: CLAPACKSingleCholesky
  let singleTriangularInverse: CLAPACKSingleTriangularInverse

  private init() throws(SharedLibraryError) {
    #if canImport(Darwin)
      let library = try SharedLibrary(path: "/System/Library/Frameworks/Accelerate.framework/Accelerate")
    #else
      let library = try SharedLibrary(firstOf: SharedLibrary.names("openblas", version: 0))
    #endif
    generalProduct = try library.function("cblas_dgemm", as: CBLASGeneralProduct.self)
    symmetricProduct = try library.function("cblas_dsyrk", as: CBLASSymmetricProduct.self)
    triangularSolve = try library.function("cblas_dtrsm", as: CBLASTriangularSolve.self)
    cholesky = try library.function("dpotrf_", as: CLAPACKCholesky.self)
    choleskyInverse = try library.function("dpotri_", as: CLAPACKCholeskyInverse.self)
    triangularInverse = try library.function("dtrtri_", as: CLAPACKTriangularInverse.self)
    eigen = try library.function("dsyevd_", as: CLAPACKEigen.self)
    singleGeneralProduct = try library.function("cblas_sgemm", as: CBLASSingleGeneralProduct.self)
    singleSymmetricProduct = try library.function("cblas_ssyrk", as: CBLASSingleSymmetricProduct.self)
    singleTriangularSolve = try library.function("cblas_strsm", as: CBLASSingleTriangularSolve.self)
    singleCholesky = try library.function("spotrf_", as: CLAPACKSingleCholesky.self)
    singleTriangularInverse = try library.function("strtri_", as: CLAPACKSingleTriangularInverse.self)
  }

  /// Returns the routines.
  ///
  /// - Throws: ``LinearAlgebraError/libraryMissing(reason:)``.
  static func get() throws(LinearAlgebraError) -> Routines {
    switch shared {
    case .success(let routines): return routines
    case .failure(let error): throw .libraryMissing(reason: "\(error)")
    }
  }
}
