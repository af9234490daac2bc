import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct EmbedCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed",
    abstract: "Compute the embeddings of labelled pictures and save them.",
    discussion: """
      'imprint merge' merges the embeddings of several days or machines, and 'imprint train --from' trains on them \
      without reading the pictures again.

      With --shard, several processes or machines embed a part of the pictures each. Merged, their files are the same as that \
      of one process, byte for byte.

      EXAMPLES
        imprint embed flowers -o flowers.embeddings
        imprint train --from flowers.embeddings --output flowers.tflite
        imprint embed flowers --shard 0/2 -o 0.embeddings
        imprint embed flowers --shard 1/2 -o 1.embeddings
        imprint merge 0.embeddings 1.embeddings -o flowers.embeddings
      """)

  /// The options of the embeddings.
  struct Settings: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("File to write.", valueName: "file"))
    var output: String

    @Option(
      help: ArgumentHelp("Base model. (default: the model of 'imprint model fetch')", valueName: "file"))
    var model: String?

    @Option(
      help: ArgumentHelp(
        """
        Augmentation: embed each picture in \(Augmentation.views). (default: five for up to \
        \(Augmentation.usualLimit) pictures, else none)
        """, valueName: "views"))
    var augment: Augmentation?

    @Option(
      help: ArgumentHelp(
        "How to fit a picture to the model's input: \(Resize.values). (default: crop)", valueName: "mode"))
    var resize: Resize?

    @OptionGroup var budget: BudgetOptions

    @Option(
      help: ArgumentHelp(
        """
        Embed only shard i of n, counted from 0 as Slurm and Kubernetes count: 0/n to n-1/n. A shard stores each embedding, \
        or only sums with --budget 0; other budgets apply when the shards are merged.
        """, valueName: "i/n"),
      transform: ShardChoice.init)
    var shard: ShardChoice?
  }

  @Argument(help: "Pictures: a folder with one subfolder per class, or a list of 'path,label' lines.")
  var data: String

  @OptionGroup(title: "Embeddings") var settings: Settings
  @OptionGroup var caching: CacheOptions
  @OptionGroup(title: "Speed and devices") var speed: ExecutionOptions

  @Flag(help: "Stop at the first unreadable picture instead of skipping it.")
  var strict = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await embed() }
  }

  private func embed() async throws {
    let profile = speed.startProfile()
    let output = URL(filePath: settings.output)
    let base = try DefaultModel.url(orGiven: settings.model.map { URL(filePath: $0) })
    try OutputFile.check(output, notReplacing: [URL(filePath: data), base])
    let pictures = try Terminal.labelledPictures(at: data, strict: strict)
    // Whatever its shard, each process checks all pictures, and embeds as many views as for all.
    Terminal.warnOfEmptyClasses(pictures)
    try OutputFile.check([output], notReplacing: pictures.classes.flatMap(\.pictures))
    let extractor = try profile.measure(.opening) {
      try LocatedError.naming(base) {
        try Extractor(
          model: base, resize: settings.resize, augmentation: settings.augment ?? .usual(for: pictures.count),
          execution: speed.execution())
      }
    }
    var list = pictures.classes.flatMap { known in known.pictures.map { (known.name, $0) } }
    let budget = settings.budget.bytes ?? EmbeddingSet.defaultBudget
    var embeddings = EmbeddingSet(space: extractor.space, budget: budget)
    if let choice = settings.shard {
      let shard = try choice.shard(of: list, space: extractor.space, budget: budget)
      embeddings = EmbeddingSet(
        space: extractor.space, budget: budget, shard: shard, processor: Processor.current.instructions.rawValue)
      list = Array(list[shard.places(of: list.count)])
    }
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    let skipped = SkippedPictures()
    var copies = 0
    let add = { (index: Int, result: Result<EmbeddedPicture, PictureError>) throws in
      switch result {
      case .success(let picture): copies += try embeddings.add(picture, to: list[index].0) ? 0 : 1
      case .failure(let error):
        if strict { throw error }
        skipped.add(error)
      }
      progress.update(index + 1)
    }
    if let cache = caching.cache {
      let use = try await cache.embed(list.map(\.1), by: extractor, profile: profile, deliver: add)
      if let failure = use.failure { Terminal.warn(failure) }
    } else {
      try await extractor.embed(list.map(\.1), profile: profile, deliver: add)
    }
    progress.finish()
    skipped.warn()
    Terminal.warn(ofConflictsIn: embeddings)
    // A shard may be empty: there may be more shards than pictures.
    guard embeddings.pictures > 0 || settings.shard != nil else { throw ImprintingError.noneReadable(skipped.all) }
    embeddings.sort()
    try profile.measure(.saving) { try embeddings.write(to: output) }
    let report = EmbeddingSetReport(
      embeddings, file: output.relativePath, skipped: skipped.count, copies: copies, shard: settings.shard,
      profile: profile.map { ProfileReport($0.figures) })
    try Terminal.print(json ? Terminal.json(report) : report.text)
    if !json { Terminal.show(report.profile) }
  }
}

/// What `embed` and `merge` print.
struct EmbeddingSetReport: Encodable {
  struct EmbeddedClass: Encodable {
    let label: String
    let pictures: Int
  }

  let classes: [EmbeddedClass]
  let pictures: Int
  let skipped: Int
  /// The number of pictures that are copies of others of their class, and do not count.
  let copies: Int
  /// Whether the file stores each embedding instead of only sums.
  let embeddingsStored: Bool
  let dimension: Int
  let views: Int
  let resize: String
  /// The arithmetic of the embeddings.
  let arithmetic: String
  let file: String
  /// The shard that was embedded.
  let shard: ShardChoice?
  /// The shards that the file holds of jobs of which it does not hold all.
  let shards: [ShardsReport]
  let profile: ProfileReport?

  init(
    _ embeddings: EmbeddingSet, file: String, skipped: Int, copies: Int, shard: ShardChoice? = nil,
    profile: ProfileReport? = nil
  ) {
    self.profile = profile
    self.shard = shard
    shards = embeddings.shards.map(ShardsReport.init)
    classes = embeddings.classes.map { .init(label: $0.name, pictures: $0.count) }
    pictures = embeddings.pictures
    self.skipped = skipped
    self.copies = copies
    embeddingsStored = embeddings.hasEmbeddings
    dimension = embeddings.space.dimension
    views = embeddings.space.augmentation.count
    resize = embeddings.space.resize
    arithmetic = "\(embeddings.space.arithmetic)"
    self.file = file
  }

  var text: String {
    let widest = min(40, classes.map(\.label.count).max() ?? 0)
    let count = Table.counted(pictures, "picture", "pictures")
    var lines = ["Embeddings of \(count) of \(Table.counted(classes.count, "class", "classes"))"]
    lines += classes.map { "  \(Table.left($0.label, widest))  \($0.pictures)" }
    if skipped > 0 { lines.append("\(Table.counted(skipped, "picture", "pictures")) could not be read") }
    if copies > 0 { lines.append(Table.copies(copies)) }
    lines.append(
      embeddingsStored
        ? "Stored  each embedding, \(dimension) elements\(views > 1 ? " per view, \(views) views" : "")"
        : "Stored  only sums, because the embeddings exceed the budget")
    if let shard { lines.append("Shard   \(shard.index) of \(shard.count), counted from 0") }
    if shard == nil { lines += shards.map { "Shards  \($0.text)" } }
    lines.append("File    \(file)")
    return lines.joined(separator: "\n")
  }
}
