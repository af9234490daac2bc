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

/// The options of few-shot episodes. All other options here require `--episodes`.
struct EpisodeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Evaluate a base model in this many few-shot episodes.", valueName: "n"))
  var episodes: Int?

  @Option(
    help: ArgumentHelp(
      "Training pictures per class: numbers or 'all', separated by commas. (default: 1,2,5,10,20)", valueName: "n,n,…"))
  var shots: Choices<Shots>?

  @Option(
    help: ArgumentHelp(
      """
      Methods to compare, separated by commas, or 'all': \(HeadMethods.names.joined(separator: ", ")). \
      (default: all)
      """, valueName: "method,…"))
  var methods: Choices<HeadChoice>?

  @Option(
    help: ArgumentHelp(
      "Fraction of each class's pictures to hold back, greater than 0 and less than 1. (default: 0.25)",
      valueName: "fraction"))
  var testRatio: Double?

  @Option(
    help: ArgumentHelp(
      "Pictures to hold back: a random draw in each episode, or always the first. (default: random)",
      valueName: "which"))
  var heldBack: Episodes.HeldBack?

  @Option(help: ArgumentHelp("Seed of all random draws. (default: 0)", valueName: "n"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Augmentation: embed each picture in \(Augmentation.views). (default: none)", valueName: "views"))
  var augment: Augmentation?

  func validate() throws {
    guard let episodes else {
      let given = [
        ("--shots", shots != nil), ("--methods", methods != nil), ("--test-ratio", testRatio != nil),
        ("--held-back", heldBack != nil), ("--seed", seed != nil), ("--augment", augment != nil),
      ].first(where: \.1)
      if let given {
        throw ValidationError("\(given.0) is for few-shot episodes: it requires --episodes, such as --episodes 50")
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

  /// The episodes, or nil to evaluate a classifier.
  var requested: Episodes? {
    episodes.map { count in
      var requested = Episodes(count: count)
      if let shots { requested.shots = shots.values }
      if let testRatio { requested.testRatio = testRatio }
      if let heldBack { requested.heldBack = heldBack }
      if let seed { requested.seed = seed }
      return requested
    }
  }

  /// The methods to compare.
  var compared: [any HeadMethod] { methods?.values.map(\.method) ?? HeadMethods.all }
}

/// The evaluation of a base model by few-shot episodes.
struct EpisodeRun {
  let episodes: Episodes
  let options: EpisodeOptions
  let model: URL
  let data: String
  let resize: Resize?
  let cache: EmbeddingCache?
  let run: RunOptions

  struct Outcome {
    let results: EpisodeResults
    /// The pictures whose labels look wrong.
    let suspects: [LeaveOneOut.Suspect]
    let space: EmbeddingSpace
    let resize: Resize
    let skipped: Int
    /// The number of embeddings that were read from the cache.
    let reused: Int
  }

  func outcome() async throws -> Outcome {
    let pictures = try Terminal.labelledPictures(at: data, strict: run.strict)
    let extractor = try LocatedError.naming(model) {
      try Extractor(model: model, resize: resize, augmentation: options.augment ?? .off, execution: run.execution())
    }
    Terminal.warnOfEmptyClasses(pictures)
    let (embeddings, skipped, reused) = try await embed(pictures, by: extractor)
    let progress = Progress(total: episodes.count)
    defer { progress.finish() }
    let results = try await episodes.run(
      embeddings, methods: options.compared, progress: { progress.update($0) })
    let suspects = try suspects(among: embeddings)
    progress.finish()
    warn(of: results)
    return Outcome(
      results: results, suspects: suspects, space: extractor.space,
      resize: extractor.resize, skipped: skipped, reused: reused)
  }

  private func embed(_ pictures: LabelledPictures, by extractor: Extractor) async throws -> (EmbeddingSet, Int, Int) {
    let list = pictures.classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    var embeddings = EmbeddingSet(space: extractor.space, budget: .max)
    let skipped = SkippedPictures()
    let add = { (index: Int, result: Result<EmbeddedPicture, PictureError>) throws in
      switch result {
      case .success(let picture): try embeddings.add(picture, to: list[index].0)
      case .failure(let error):
        if run.strict { throw error }
        skipped.add(error)
      }
      progress.update(index + 1)
    }
    var use = EmbeddingCache.Use()
    if let cache {
      use = try await cache.embed(list.map(\.1), by: extractor, deliver: add)
    } else {
      try await extractor.embed(list.map(\.1), deliver: add)
    }
    progress.finish()
    if let failure = use.failure { Terminal.warn(failure) }
    skipped.warn()
    Terminal.warn(ofConflictsIn: embeddings)
    guard embeddings.pictures > 0 else { throw ImprintingError.noneReadable(skipped.all) }
    return (embeddings, skipped.count, use.reused)
  }

  /// Returns the pictures whose labels look wrong, by the first method that has a leave-one-out estimate.
  private func suspects(among embeddings: EmbeddingSet) throws -> [LeaveOneOut.Suspect] {
    for method in HeadMethods.all {
      if let estimate = try method.solve(embeddings).leaveOneOut {
        return estimate.suspects(ReportPage.mostPictures)
      }
    }
    return []
  }

  private func warn(of results: EpisodeResults) {
    if !results.singles.isEmpty {
      Terminal.warn("classes left out because they have only one picture: \(Self.listed(results.singles))")
    }
    if !results.short.isEmpty {
      let names = results.short.map { "\($0.label) (\($0.pictures))" }
      Terminal.warn("classes with fewer training pictures than the highest --shots use all: \(Self.listed(names))")
    }
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
  }
}
