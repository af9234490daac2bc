import Heads

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension SplitMix64 {
  /// The purpose of random numbers; the numbers of different purposes are independent.
  enum Purpose: UInt64 {
    case order = 0x6F72_6465_7200_0000
    case augmentation = 0x6175_676D_656E_7400
    case dropout = 0x6472_6F70_6F75_7400
    case shots = 0x7368_6F74_7300_0000
  }

  /// Creates the generator for one example in one epoch, independent of other draws and threads.
  init(seed: UInt64, for purpose: Purpose, epoch: Int, example: Int = 0) {
    var state = seed
    // Each state is drawn from a generator, so that neighbouring seeds, epochs and examples do not give shifted copies.
    for part in [purpose.rawValue, UInt64(truncatingIfNeeded: epoch), UInt64(truncatingIfNeeded: example)] {
      var mixer = SplitMix64(seed: state ^ part)
      state = mixer.next()
    }
    self.init(seed: state)
  }

  /// Returns normally distributed numbers with mean 0.
  static func normalNumbers(_ count: Int, deviation: Double, seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float(deviation * generator.normalNumber()) }
  }

  /// Returns a number with the standard normal distribution, by the Box–Muller transform.
  private mutating func normalNumber() -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &self))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }
}
