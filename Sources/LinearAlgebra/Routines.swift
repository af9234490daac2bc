import CBLAS
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The BLAS and LAPACK routines of OpenBLAS, or of Accelerate on Apple's systems, opened on first use.
struct Routines: Sendable {
  /// The routines, or the reason why they cannot be used.
  static let shared = Result<Routines, LinearAlgebraError> { () throws(LinearAlgebraError) in
    try WorkingMemory.check()
    do throws(SharedLibraryError) {
      return try Routines()
    } catch {
      throw .libraryMissing(reason: "\(error)")
    }
  }

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
      let library = try SharedLibrary("openblas", version: 0, variable: "IMPRINT_OPENBLAS")
    #endif
    // SciPy's builds of OpenBLAS, which Python's packages bring, put a prefix before every name.
    func function<Function>(_ name: String) throws(SharedLibraryError) -> Function {
      do {
        return try library.function(name, as: Function.self)
      } catch {
        guard let prefixed = try? library.function("scipy_" + name, as: Function.self) else { throw error }
        return prefixed
      }
    }
    generalProduct = try function("cblas_dgemm")
    symmetricProduct = try function("cblas_dsyrk")
    triangularSolve = try function("cblas_dtrsm")
    cholesky = try function("dpotrf_")
    choleskyInverse = try function("dpotri_")
    triangularInverse = try function("dtrtri_")
    eigen = try function("dsyevd_")
    singleGeneralProduct = try function("cblas_sgemm")
    singleSymmetricProduct = try function("cblas_ssyrk")
    singleTriangularSolve = try function("cblas_strsm")
    singleCholesky = try function("spotrf_")
    singleTriangularInverse = try function("strtri_")
  }

  /// Returns the routines.
  ///
  /// - Throws: ``LinearAlgebraError/libraryMissing(reason:)``, ``LinearAlgebraError/noRoom(megabytes:threads:)``.
  static func get() throws(LinearAlgebraError) -> Routines { try shared.get() }
}

/// The memory that OpenBLAS takes for itself. Where it does not get it, OpenBLAS asks again without end.
enum WorkingMemory {
  /// Checks that this process may still map that much memory; nothing is kept.
  ///
  /// - Throws: ``LinearAlgebraError/noRoom(megabytes:threads:)``.
  static func check() throws(LinearAlgebraError) {
    #if !canImport(Darwin)
      let threads = threads(ProcessInfo.processInfo.environment, cores: ProcessInfo.processInfo.activeProcessorCount)
      // One buffer and one stack for each thread, one buffer for the caller, and the library itself.
      let sizes = [Int](repeating: buffer + stack, count: threads) + [buffer, library]
      var held: [(start: UnsafeMutableRawPointer, size: Int)] = []
      defer { for piece in held { munmap(piece.start, piece.size) } }
      for size in sizes {
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
          start != MAP_FAILED
        else { throw .noRoom(megabytes: sizes.reduce(0, +) >> 20, threads: threads) }
        held.append((start, size))
      }
    #endif
  }

  /// Returns the number of threads that OpenBLAS will start.
  static func threads(_ environment: [String: String], cores: Int) -> Int {
    let variables = ["OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"]
    let wanted = variables.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first { $0 > 0 }
    return max(1, min(wanted ?? cores, cores, 64))
  }

  // Measured with OpenBLAS 0.3.21: 128 MB each time, and 46 MB for the library.
  private static let buffer = 1 << 27
  private static let stack = 1 << 23
  private static let library = 46 << 20
}
