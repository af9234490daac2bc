#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#endif

/// The system's linear algebra library, called directly.
enum BLAS {
  /// Returns a function of the library.
  static func function<Function>(_ name: String, as type: Function.Type) throws -> Function {
    #if canImport(Darwin)
      let path = "/System/Library/Frameworks/Accelerate.framework/Accelerate"
    #else
      let path = "libopenblas.so.0"
    #endif
    guard let library = dlopen(path, RTLD_NOW), let symbol = dlsym(library, name) else {
      throw BenchmarkError("\(path) with \(name) is missing")
    }
    return unsafeBitCast(symbol, to: type)
  }

  /// Returns the seconds of one Cholesky factorisation of a matrix, the lowest of five runs.
  static func secondsOfFactor(size: Int) throws -> Double {
    typealias Routine =
      @convention(c) (
        UnsafePointer<CChar>, UnsafePointer<Int32>, UnsafeMutablePointer<Double>, UnsafePointer<Int32>,
        UnsafeMutablePointer<Int32>
      ) -> Void
    let routine = try function("dpotrf_", as: Routine.self)
    var least = Double.infinity
    for _ in 0..<5 {
      var matrix = [Double](repeating: 0.5, count: size * size)
      for index in 0..<size { matrix[index * size + index] = 2 }
      var info: Int32 = 0
      let side = Int32(size)
      least = min(
        least,
        Growth.seconds {
          matrix.withUnsafeMutableBufferPointer { matrix in
            guard let matrix = matrix.baseAddress else { return }
            withUnsafePointer(to: side) { routine("L", $0, matrix, $0, &info) }
          }
        })
    }
    return least
  }
}
