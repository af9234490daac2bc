import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import Reports

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The evaluation of a base model by few-shot episodes.
struct EpisodeRun {
  let episodes: Episodes
  let options: EpisodeOptions
  let model: URL
  let data: String
  let resize: Resize?
  let run: RunOptions

  /// What was found, and what the report says of it.
  struct Outcome {
    let results: EpisodeResults
    let suspects: [LeaveOneOut.Suspect]
    let space: EmbeddingSpace
    let resize: Resize
    let skipped: Int
    let reused: Int
  }

  func outcome() async throws -> Outcome {
    let pictures = try LabelledPictures(URL(filePath: data))
    let extractor = try Extractor(
      model: model, resize: resize, views: options.augment ?? .one,
      execution: run.execution())
    for name in pictures.emptyClasses { Terminal.warn("the folder \(name) holds no picture and is left out") }
    let (seen, skipped, reused) = try await see(pictures, by: extractor)
    let progress = Progress(total: episodes.count)
    defer { progress.finish() }
    let results = try await episodes.run(
      seen, methods: options.kinds.map(\.method), progress: { progress.update($0) })
    let suspects = try suspects(among: seen)
    progress.finish()
    warn(of: results)
    return Outcome(
      results: results, suspects: suspects, space: extractor.space,
      resize: extractor.resize, skipped: skipped, reused: reused)
  }

  private func see(_ pictures: LabelledPictures, by extractor: Extractor) async throws -> (EmbeddingSet, Int, Int) {
    let list = pictures.classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    var seen = EmbeddingSet(space: extractor.space, budget: .max)
    var skipped: [PictureError] = []
    let take = { (index: Int, result: Result<EmbeddedPicture, PictureError>) throws in
      switch result {
      case .success(let picture): try seen.add(picture, to: list[index].0)
      case .failure(let error):
        if run.strict { throw error }
        skipped.append(error)
      }
      progress.update(index + 1)
    }
    var use = EmbeddingCache.Use()
    if !options.noCache, let cache = EmbeddingCache() {
      use = try await cache.see(list.map(\.1), by: extractor, deliver: take)
    } else {
      try await extractor.see(list.map(\.1), deliver: take)
    }
    progress.finish()
    if let failure = use.failure { Terminal.warn(failure) }
    for error in skipped { Terminal.warn("\(error)") }
    return (seen, skipped.count, use.reused)
  }

  /// The labels that look wrong among all pictures, by the first method that tells.
  private func suspects(among seen: EmbeddingSet) throws -> [LeaveOneOut.Suspect] {
    for kind in HeadKind.allCases {
      if let told = try kind.method.solve(seen).leaveOneOut { return told.suspects(ReportPage.mostPictures) }
    }
    return []
  }

  private func warn(of results: EpisodeResults) {
    if !results.singles.isEmpty {
      Terminal.warn("left out, having one picture only: \(Self.listed(results.singles))")
    }
    if !results.short.isEmpty {
      let names = results.short.map { "\($0.label) (\($0.pictures))" }
      Terminal.warn("fewer pictures to learn from than the most --shots, all of them are taken: \(Self.listed(names))")
    }
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
  }
}

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
