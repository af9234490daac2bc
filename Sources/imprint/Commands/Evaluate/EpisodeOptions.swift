import ArgumentParser
import Heads
import Imprinting
import Inference

/// The options of few-shot episodes. All but the first need it.
struct EpisodeOptions: ParsableArguments {
  @Option(help: "Evaluate a base model by so many few-shot episodes, each with pictures drawn anew.")
  var episodes: Int?

  @Option(
    help: "Pictures a class to learn from: numbers, or 'all', with commas between. (default: 1,2,5,10,20)")
  var shots: Choices<Shots>?

  @Option(
    help: """
      The methods to compare: \(HeadKind.allCases.map(\.rawValue).joined(separator: ", ")), with commas between, or \
      'all'. (default: all)
      """)
  var methods: Choices<HeadKind>?

  @Option(help: "The share of each class's pictures to hold back, more than 0 and less than 1. (default: 0.25)")
  var testRatio: Double?

  @Option(
    help: "Which pictures are held back: others in each episode, 'random', or always the 'first'. (default: random)")
  var heldBack: Episodes.HeldBack?

  @Option(help: "Decides on all draws. (default: 0)")
  var seed: UInt64?

  @Option(help: "How many views of each picture are learnt from: one, five or thirteen. (default: one)")
  var augment: Augmentation?

  @Flag(help: "See all pictures anew, and keep nothing of them for the next run.")
  var noCache = false

  func validate() throws {
    guard let episodes else {
      let given = [
        ("--shots", shots != nil), ("--methods", methods != nil), ("--test-ratio", testRatio != nil),
        ("--held-back", heldBack != nil), ("--seed", seed != nil), ("--augment", augment != nil),
        ("--no-cache", noCache),
      ].first(where: \.1)
      if let given {
        throw ValidationError(
          "\(given.0) is for few-shot episodes of a base model: it goes with --episodes, as in --episodes 50")
      }
      return
    }
    guard (1...Episodes.mostEpisodes).contains(episodes) else {
      throw ValidationError("--episodes is \(episodes); it takes a number from 1 to \(Episodes.mostEpisodes)")
    }
    if let testRatio, !(testRatio > 0 && testRatio < 1) {
      throw ValidationError("--test-ratio is \(testRatio); episodes take a number greater than 0 and less than 1")
    }
  }

  /// The episodes that are wanted, or nil where a classifier is to be evaluated.
  var wanted: Episodes? {
    episodes.map { count in
      var wanted = Episodes(count: count)
      if let shots { wanted.shots = shots.values }
      if let testRatio { wanted.testRatio = testRatio }
      if let heldBack { wanted.heldBack = heldBack }
      if let seed { wanted.seed = seed }
      return wanted
    }
  }

  /// The methods that are wanted.
  var kinds: [HeadKind] { methods?.values ?? HeadKind.allCases }
}

extension Episodes.HeldBack: ExpressibleByArgument {}
