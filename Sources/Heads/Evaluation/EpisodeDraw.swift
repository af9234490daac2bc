/// Which pictures an episode learns from and which it asks about: the same for the same seed and number, whatever
/// method is asked and however many shots it gets.
///
/// Fewer shots are the beginning of more: what one shot learns from, two shots do too. That and the common held-back
/// part make the rows of an episode comparable picture by picture.
struct EpisodeDraw: Sendable, Hashable {
  /// For each class the places of its pictures to learn from, in the order in which shots take them.
  let training: [[Int]]
  /// For each class the places of its pictures to be asked about, ascending.
  let heldBack: [[Int]]

  /// - Parameters:
  ///   - counts: How many pictures each class has, two or more.
  ///   - ratio: The share of them to hold back; at least one is, and one is left.
  ///   - choice: Which are held back.
  ///   - seed: Decides on all draws.
  ///   - number: The episode's number, from 0.
  init(counts: [Int], ratio: Double, choice: Episodes.HeldBack, seed: UInt64, number: Int) {
    // Two draws from one seed must not be shifted copies of each other: the state is a draw of its own.
    var numbers = SplitMix64(seed: seed ^ 0x6570_6973_6F64_6573)
    let base = numbers.next()
    var mixed = SplitMix64(seed: base ^ UInt64(truncatingIfNeeded: number))
    var generator = SplitMix64(seed: mixed.next())
    var training: [[Int]] = []
    var heldBack: [[Int]] = []
    for count in counts {
      let held = max(1, min(Int(ratio * Double(count)), count - 1))
      switch choice {
      case .random:
        let order = (0..<count).shuffled(using: &generator)
        heldBack.append(order.prefix(held).sorted())
        training.append(Array(order.dropFirst(held)))
      case .first:
        heldBack.append(Array(0..<min(held, count)))
        training.append((min(held, count)..<count).shuffled(using: &generator))
      }
    }
    self.training = training
    self.heldBack = heldBack
  }
}
