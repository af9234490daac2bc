import ArgumentParser
import Training

/// How weights are brought down their gradients.
struct DescentOptions: ParsableArguments {
  @Option(help: "How often to go through all pictures. (default: 10, or 30 with a frozen base)")
  var epochs: Int?

  @Option(help: "How many pictures a step takes.")
  var batchSize = 16

  @Option(
    help: """
      The learning rate at its highest. (default: 0.01 with sgd, 0.001 with rmsprop; with a frozen base 0.5, or 0.02 under \
      a projection)
      """)
  var rate: Double?

  @Option(help: "How the rate falls: \(RateCourse.words).")
  var schedule = RateCourse(course: .cosine(end: 0))

  @Option(help: "Through how many epochs the rate grows at first.")
  var warmUp = 0.0

  @Option(help: "sgd or rmsprop.")
  var optimizer = OptimizerKind.sgd

  @Option(help: "How much of each step is the one before.")
  var momentum = 0.9

  @Flag(help: "With sgd, look ahead: Nesterov's momentum.")
  var nesterov = false

  @Option(help: "How much of themselves weights lose.")
  var weightDecay = 4e-5

  @Option(help: "The share of each label that is spread over all classes.")
  var labelSmoothing = 0.1

  @Option(help: "Keep averages of the weights that move so slowly, such as 0.999, and use those.")
  var average: Double?

  @Option(help: "How far the statistics of batch normalisation move in a step.")
  var statisticsMomentum = 0.01

  @Option(help: "Decides on all that is random.")
  var seed: UInt64 = 0

  /// The rule.
  var rule: OptimizerSettings {
    switch optimizer {
    case .sgd: .descent(momentum: momentum, isNesterov: nesterov)
    case .rmsprop: .rootMeanSquare(rho: 0.9, momentum: momentum, epsilon: 1)
    }
  }

  /// How often to go through all pictures, where a base is frozen or not.
  func epochs(isBaseFrozen: Bool) -> Int { epochs ?? (isBaseFrozen ? 30 : 10) }

  /// The rate, where a base is frozen or not, and has a projection or not.
  func learningRate(isBaseFrozen: Bool, isProjected: Bool) -> LearningRate {
    let usual = isBaseFrozen ? (isProjected ? 0.02 : 0.5) : optimizer == .sgd ? 0.01 : 0.001
    return LearningRate(peak: rate ?? usual, course: schedule.course, warmUp: warmUp)
  }
}
