import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures
import Reports
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Find wrong labels, duplicates and unsuitable pictures.",
    discussion: """
      Looks at each picture once and reports what can be put right before training: pictures that cannot be read, \
      duplicates, the same picture in several classes, labels that look wrong, pictures unlike all others, classes that \
      cannot be told apart, and what to photograph next. Nothing is changed.

      EXAMPLES
        imprint check flowers
        imprint check flowers --report check.html --corrections wrong.csv
        imprint check flowers.embeddings --json
      """)

  /// The options of the check.
  struct Settings: ParsableArguments {
    @Option(help: ArgumentHelp("Base model. (default: the model of 'imprint model fetch')", valueName: "file"))
    var model: String?

    @Option(
      help: ArgumentHelp(
        "How to fit a picture to the model's input: \(Resize.values). (default: crop)", valueName: "mode"))
    var resize: Resize?

    @Option(help: GroupChoice.help)
    var group: String?

    @Option(
      help: ArgumentHelp("Number of suspects to print, or all. (default: 10)", valueName: "n|all"))
    var suspects: SuspectCount?

    @Option(
      help: ArgumentHelp(
        "Write the labels that look wrong, with the likely ones, as a CSV file to edit and to apply.", valueName: "file"
      ))
    var corrections: String?

    @Option(help: ArgumentHelp("Write all findings as a CSV file.", valueName: "file"))
    var csv: String?

    @Option(help: ArgumentHelp("Write an HTML report with the pictures.", valueName: "file"))
    var report: String?
  }

  @Argument(
    help: "Pictures: a folder with one subfolder per class, a list with paths and labels, or an .embeddings file.")
  var data: String

  @OptionGroup(title: "Check") var settings: Settings
  @OptionGroup var caching: CacheOptions
  @OptionGroup var run: RunOptions

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await check() }
  }

  private func check() async throws {
    let written = [settings.corrections, settings.csv, settings.report].compactMap { $0.map { URL(filePath: $0) } }
    for file in written { try OutputFile.check(file, notReplacing: [URL(filePath: data)]) }
    if let twice = written.first(where: { file in written.count { OutputFile.isSame($0, file) } > 1 }) {
      throw UsageError("two outputs have the name \(twice.relativePath)", remedy: "choose another name for one of them")
    }
    let embedded = data.hasSuffix(".embeddings") ? try readEmbeddings() : try await embed(notReplacedBy: written)
    let review = try DataReview(embedded.set)
    let report = CheckReport(
      review, data: data, skipped: embedded.skipped, copies: embedded.copies, alike: embedded.alike,
      suspects: settings.suspects ?? .count(10))
    if let file = settings.corrections { try AtomicFile(URL(filePath: file)).write(Corrections.text(review.suspects)) }
    if let file = settings.csv { try AtomicFile(URL(filePath: file)).write(report.csv) }
    if let file = settings.report {
      let page = try await ReportPage(
        review, title: "Check of \(URL(filePath: data).lastPathComponent)",
        facts: [
          .init("Unreadable pictures", "\(embedded.skipped.count)"), .init("Copies", "\(embedded.copies.count)"),
        ],
        resize: embedded.resize)
      try page.write(to: URL(filePath: file))
    }
    try Terminal.print(run.json ? Terminal.json(report) : report.text)
  }

  private struct Embedded {
    let set: EmbeddingSet
    var skipped: [PictureError] = []
    /// The pictures that are copies of an earlier one of their class.
    var copies: [DataReview.Member] = []
    /// Classes whose names differ only in case.
    var alike: [[String]] = []
    let resize: Resize
  }

  private func readEmbeddings() throws -> Embedded {
    let set = try EmbeddingSet(contentsOf: URL(filePath: data))
    return Embedded(set: set, alike: Self.alike(set), resize: Resize(set.space.resize) ?? .crop)
  }

  private func embed(notReplacedBy written: [URL]) async throws -> Embedded {
    let base = try DefaultModel.url(orGiven: settings.model.map { URL(filePath: $0) })
    let group = try GroupChoice(settings.group, data: data)
    var pictures = try Terminal.labelledPictures(at: data, strict: run.strict, groupColumn: group.column)
    try group.apply(to: &pictures)
    Terminal.warnOfEmptyClasses(pictures)
    try OutputFile.check(written, notReplacing: pictures.classes.flatMap(\.pictures))
    let extractor = try LocatedError.naming(base) {
      try Extractor(
        model: base, resize: settings.resize, augmentation: .usual(for: pictures.count), execution: run.execution())
    }
    let list = pictures.classes.flatMap { known in known.pictures.map { (label: known.name, file: $0) } }
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    var set = EmbeddingSet(space: extractor.space, budget: .max)
    var (copies, skipped): ([DataReview.Member], [PictureError]) = ([], [])
    let add = { (index: Int, result: Result<EmbeddedPicture, PictureError>) throws in
      switch result {
      case .success(var picture):
        picture.group = pictures.groups[list[index].file]
        if try !set.add(picture, to: list[index].label) {
          copies.append(.init(picture: picture.name, label: list[index].label, digest: picture.digest))
        }
      case .failure(let error):
        if run.strict { throw error }
        skipped.append(error)
      }
      progress.update(index + 1)
    }
    if let cache = caching.cache {
      let use = try await cache.embed(list.map(\.file), by: extractor, deliver: add)
      if let failure = use.failure { Terminal.warn(failure) }
    } else {
      try await extractor.embed(list.map(\.file), deliver: add)
    }
    progress.finish()
    guard set.pictures > 0 else { throw ImprintingError.noneReadable(skipped) }
    return Embedded(set: set, skipped: skipped, copies: copies, alike: Self.alike(set), resize: extractor.resize)
  }

  private static func alike(_ set: EmbeddingSet) -> [[String]] {
    Dictionary(grouping: set.classes.map(\.name)) { $0.lowercased() }.values.filter { $0.count > 1 }.map { $0.sorted() }
      .sorted { $0[0] < $1[0] }
  }
}

/// The value of `--suspects`: a number, or all.
enum SuspectCount: ExpressibleByArgument {
  case count(Int)
  case all

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else if let count = Int(argument), count >= 0 {
      self = .count(count)
    } else {
      return nil
    }
  }

  /// The greatest number of suspects.
  var most: Int { if case .count(let count) = self { count } else { .max } }
}
