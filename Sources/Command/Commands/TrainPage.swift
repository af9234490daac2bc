import Heads
import Imprinting
import Reports

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The report page of `train`.
struct TrainPage {
  let base: URL
  let data: String
  let teacher: Teacher
  let estimate: LeaveOneOut?
  let evaluation: Evaluation?
  let skipped: Int

  /// Writes the page. The pictures of an embeddings file are shown where their paths still lead to them.
  func write(to file: URL) async throws {
    let embeddings = await teacher.embeddings
    let resize = teacher.resize
    let facts: [ReportPage.Fact] =
      try [
        .init("Head", type(of: teacher.method).name), .init("Resize", "\(resize)"),
        .init("Views per picture", "\(embeddings.space.augmentation.count)"),
        .init("Unreadable pictures", "\(skipped)"),
      ] + ReportFacts.facts(model: base, pictures: embeddings.contentDigest)
    let title = "Training on \(URL(filePath: data).lastPathComponent)"
    // With a single class, every answer is right.
    let validation = estimate.flatMap { $0.classes.count > 1 ? $0 : nil }
    let page: ReportPage
    if let validation {
      page = try await ReportPage(
        validation, title: title, facts: facts, resize: resize, tested: evaluation, link: ReportFacts.link(from: file))
    } else {
      let labels = await teacher.labels
      page = try await ReportPage(
        evaluation ?? Evaluation(labels: labels), title: title, facts: facts, resize: resize,
        link: ReportFacts.link(from: file))
    }
    try page.write(to: file)
  }
}
