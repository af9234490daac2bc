import Heads

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The files that `merge` merges. Their headers are checked before the first one is read.
struct MergedFiles {
  /// The files, in the order given, with what their headers say.
  private(set) var files: [(file: String, summary: EmbeddingSetSummary)] = []
  /// The space of the first file.
  let space: EmbeddingSpace

  private let setsAsideDamaged: Bool

  /// Reads the headers.
  ///
  /// - Parameter setAsideDamaged: Whether to leave out damaged files with a warning.
  /// - Throws: What reading the damaged file throws; for several a ``UsageError`` after a warning for each.
  init(_ names: [String], setAsideDamaged: Bool) throws {
    setsAsideDamaged = setAsideDamaged
    var failures: [any Error] = []
    for name in names {
      do {
        files.append((name, try EmbeddingSet.summary(of: URL(filePath: name))))
      } catch let error as EmbeddingSetError where error.code == .badFile {
        failures.append(error)
      }
    }
    if let first = failures.first, !setAsideDamaged || files.isEmpty {
      guard failures.count > 1 else { throw first }
      for error in failures.prefix(Self.mostNamed) { Terminal.warn(error) }
      throw UsageError(
        "\(failures.count) of \(names.count) files cannot be used",
        remedy: "embed their pictures again, or leave the files out with --partial")
    }
    for error in failures { Terminal.warn(error) }
    guard let first = files.first else { throw UsageError("there is no file to merge") }
    space = first.summary.space
  }

  /// Reads a file. Returns nil for a damaged one that is left out.
  func read(_ file: String) throws -> EmbeddingSet? {
    do {
      return try EmbeddingSet(contentsOf: URL(filePath: file))
    } catch let error as EmbeddingSetError where error.code == .badFile && setsAsideDamaged {
      Terminal.warn(error)
      return nil
    }
  }

  /// Whether a file holds shards.
  var areShards: Bool { files.contains { !$0.summary.shards.isEmpty } }

  /// The budget of the merged set: that of the shards where all files are shards of one budget, else the largest of the default
  /// and the budgets of the files.
  var budget: Int {
    let budgets = Set(files.map(\.summary.budget))
    if let budget = budgets.first, budgets.count == 1, files.allSatisfy({ !$0.summary.shards.isEmpty }) {
      return budget
    }
    return budgets.reduce(EmbeddingSet.defaultBudget) { max($0, $1) }
  }

  /// - Throws: A ``LocatedError`` for the first file of another space.
  func checkSpaces(anyArithmetic: Bool) throws {
    for (file, summary) in files {
      try EmbeddingSetError.locating(file) { try summary.check(space, anyArithmetic: anyArithmetic) }
    }
  }

  /// Checks that the same version, on processors of the same instructions, computed all shards.
  func checkWorkers() throws {
    var found: [(worker: EmbeddingShard.Worker, file: String)] = []
    for (file, summary) in files {
      for worker in summary.shards.flatMap(\.workers)
      where !found.contains(where: { $0.worker.isAlike(worker) }) {
        found.append((worker, file))
      }
    }
    guard found.count > 1 else { return }
    let words = found.map { "\($0.file) by version \($0.worker.version) on a processor with \($0.worker.processor)" }
    throw UsageError(
      "the shards were computed in different ways, and their embeddings may differ a little: "
        + words.prefix(Self.mostNamed).joined(separator: "; "),
      remedy: "embed them by the same version on processors of the same kind, or add --allow-mixed-workers")
  }

  /// Checks that the files hold all shards of each job of which they hold one.
  func checkMissing() throws {
    let missing = missing
    guard let first = missing.first else { return }
    let jobs = missing.count == 1 ? "" : "; the shards are of \(missing.count) jobs, of other pictures or settings"
    throw UsageError(
      "shards are missing: \(HeldShards.text(first.numbers)) of \(first.count), counted from 0\(jobs)",
      remedy: "embed them with --shard, or merge the others with --partial, to be completed later")
  }

  private var missing: [(numbers: RangeSet<Int>, count: Int)] {
    var held: [HeldShards] = []
    for shards in files.flatMap(\.summary.shards) {
      if let place = held.firstIndex(where: { $0.job == shards.job && $0.count == shards.count }) {
        held[place].formUnion(shards)
      } else {
        held.append(shards)
      }
    }
    return held.map { ($0.missing, $0.count) }.filter { !$0.numbers.isEmpty }
  }

  /// Tells of shards that several files hold.
  func tellRepeated() {
    var first: [String: (held: RangeSet<Int>, file: String)] = [:]
    var repeated: [String] = []
    for (file, summary) in files {
      for shards in summary.shards {
        let before = first[shards.job]
        let common = before.map { $0.held.intersection(shards.held) } ?? RangeSet()
        if !common.isEmpty { repeated.append("\(HeldShards.text(common)) in \(file)") }
        first[shards.job] = ((before?.held ?? RangeSet()).union(shards.held), file)
      }
    }
    guard !repeated.isEmpty else { return }
    let names = repeated.prefix(Self.mostNamed).joined(separator: ", ")
    Terminal.note("shards that are given again count once: \(names)\(repeated.count > Self.mostNamed ? ", …" : "")")
  }

  private static let mostNamed = 20
}

extension EmbeddingShard.Worker {
  /// Whether another worker has the same version and kind of processor. Its arithmetic is that of the space.
  fileprivate func isAlike(_ other: Self) -> Bool { version == other.version && processor == other.processor }
}

extension Terminal {
  /// Warns of embeddings that hold a part of the shards of a job.
  static func warn(ofMissingShardsIn embeddings: EmbeddingSet) {
    for shards in embeddings.shards {
      warn("shards are missing: \(HeldShards.text(shards.missing)) of \(shards.count), counted from 0")
    }
  }
}
