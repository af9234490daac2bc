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
