/// How a network is gone through.
struct Pass {
  /// How far the statistics of batch normalisation move, which are then the batch's own; nil for the running ones.
  var statisticsMomentum: Double?
  /// The share of the embedding's elements that are dropped, and what decides which.
  var dropout: Double = 0
  var dropoutSeed: UInt64 = 0
  /// Rounds weights and results, where that has begun.
  var rounding: Rounding?
  /// Whether the ranges of results move towards what is met.
  var movesRanges = false

  /// Whether the statistics become those of the pictures, and the rest what keeps each layer's result.
  var refitsStatistics = false

  /// As the network is used.
  static func evaluation(_ rounding: Rounding?) -> Pass { Pass(rounding: rounding) }
}
