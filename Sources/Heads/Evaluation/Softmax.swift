#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The probabilities of classes.
package enum Softmax {
  /// Returns exp(lⱼ) / Σ exp(lₖ) of logits l; none without logits.
  package static func probabilities(of logits: [Float]) -> [Double] {
    let greatest = logits.max() ?? 0
    let powers = logits.map { exp(Double($0 - greatest)) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
