import Heads

extension SplitMix64 {
  /// What random numbers are for: those for one purpose say nothing of those for another.
  enum Purpose: UInt64 {
    case order = 0x6F72_6465_7200_0000
    case augmentation = 0x6175_676D_656E_7400
    case dropout = 0x6472_6F70_6F75_7400
    case shots = 0x7368_6F74_7300_0000
  }

  /// The numbers for one example in one epoch, whatever was drawn before, or by another thread.
  init(seed: UInt64, for purpose: Purpose, epoch: Int, example: Int = 0) {
    var state = seed
    // Neighbouring seeds, epochs and examples must not give shifted copies of each other: each state is a draw itself.
    for part in [purpose.rawValue, UInt64(truncatingIfNeeded: epoch), UInt64(truncatingIfNeeded: example)] {
      var mixer = SplitMix64(seed: state ^ part)
      state = mixer.next()
    }
    self.init(seed: state)
  }
}
