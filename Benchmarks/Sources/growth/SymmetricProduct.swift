/// The BLAS's symmetric product alone, C = Xᵀ X + C in 64-bit floats, called directly: the reference for adding embeddings.
struct SymmetricProduct {
  private typealias Routine =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Double, UnsafePointer<Double>, Int32, Double, UnsafeMutablePointer<Double>,
      Int32
    ) -> Void

  private let routine: Routine
  private let dimension: Int
  private let rows: [Double]
  private var square: [Double]
  private let block: Int

  /// - Parameters:
  ///   - dimension: The number of elements D of a row.
  ///   - most: The largest number of rows per call; the fastest block size up to this number is used.
  init(dimension: Int, most: Int) throws {
    let routine = try BLAS.function("cblas_dsyrk", as: Routine.self)
    self.routine = routine
    self.dimension = dimension
    let rows = (0..<most * dimension).map { Double($0 % 251) / 251 }
    self.rows = rows
    var square = [Double](repeating: 0, count: dimension * dimension)
    var best = (block: most, seconds: Double.infinity)
    for block in [128, 256, 512, 1024, most] where most.isMultiple(of: block) {
      for _ in 0..<3 {
        let seconds = Self.time(routine, rows, count: most, block: block, dimension, &square)
        if seconds < best.seconds { best = (block, seconds) }
      }
    }
    self.square = square
    block = best.block
  }

  /// Returns the seconds that the product of `count` rows takes.
  mutating func seconds(rows count: Int) -> Double {
    Self.time(routine, rows, count: count, block: block, dimension, &square)
  }

  private static func time(
    _ routine: Routine, _ rows: [Double], count: Int, block: Int, _ dimension: Int, _ square: inout [Double]
  ) -> Double {
    let clock = ContinuousClock()
    return rows.withUnsafeBufferPointer { rows in
      square.withUnsafeMutableBufferPointer { square in
        guard let rows = rows.baseAddress, let square = square.baseAddress else { return 0 }
        let side = Int32(dimension)
        let elapsed = clock.measure {
          for start in stride(from: 0, to: count, by: block) {
            let some = Int32(min(block, count - start))
            // Row-major order, the upper triangle, transposed.
            routine(101, 121, 112, side, some, 1, rows + start * dimension, side, 1, square, side)
          }
        }
        return elapsed / .seconds(1)
      }
    }
  }
}
