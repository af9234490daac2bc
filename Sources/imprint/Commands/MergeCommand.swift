import ArgumentParser
import Heads
import Imprinting
import Inference

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Put together what was seen on several days or machines, or take something out.",
    discussion: """
      All files must be of the same model and the same --resize and --augment. Classes of the same name are one class; a \
      picture that several files have counts once.

      EXAMPLES
        imprint merge monday.seen tuesday.seen -o both.seen
        imprint merge both.seen --without monday.seen -o tuesday.seen
        imprint merge flowers.seen --remove weed --rename ros=rose -o flowers.seen
      """)

  @Argument(help: "Files that 'imprint embed' or 'imprint train' wrote.")
  var files: [String]

  @Option(name: [.short, .long], help: "The file to write.")
  var output: String

  @Option(help: "A file whose pictures are to be taken away. May be given several times.")
  var without: [String] = []

  @Option(help: "A class, or 'class/picture' with the picture's path, to be taken out. May be given several times.")
  var remove: [String] = []

  @Option(help: "A class's name and its new name, 'old=new'. May be given several times.")
  var rename: [String] = []

  @Flag(help: "Merge also what was seen with other arithmetic of the same model.")
  var anyArithmetic = false

  @OptionGroup var budget: BudgetOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    for pair in rename where pair.split(separator: "=", maxSplits: 1).count != 2 {
      throw ValidationError("--rename is '\(pair)'; it takes 'old=new'")
    }
  }

  func run() async throws {
    let output = URL(filePath: output)
    // What is put together may be replaced by the whole; what is taken away is still wanted.
    try OutputFile.check(output, notReplacing: without.map { URL(filePath: $0) })
    let parts = try files.map { try EmbeddingSet(contentsOf: URL(filePath: $0)) }
    var seen = EmbeddingSet(space: parts[0].space, budget: budget.bytes(goingOnWith: parts))
    for (file, part) in zip(files, parts) {
      try EmbeddingSetError.naming(file) { try seen.merge(part, anyArithmetic: anyArithmetic) }
    }
    for file in without {
      let part = try EmbeddingSet(contentsOf: URL(filePath: file))
      try EmbeddingSetError.naming(file) { try seen.subtract(part) }
    }
    for name in remove { try remove(name, from: &seen) }
    for pair in rename {
      let names = pair.split(separator: "=", maxSplits: 1).map(String.init)
      try seen.rename(class: names[0], to: names[1])
    }
    try seen.write(to: output)
    let report = EmbeddingSetReport(seen, file: output.relativePath, skipped: 0)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  /// A class's name may hold a slash itself: what is a class as a whole is taken for one.
  private func remove(_ name: String, from seen: inout EmbeddingSet) throws {
    if seen.place(of: name) == nil,
      let known = seen.classes.first(where: { name.hasPrefix($0.name + "/") })
    {
      try seen.remove(picture: String(name.dropFirst(known.name.count + 1)), from: known.name)
    } else {
      try seen.remove(class: name)
    }
  }
}

/// Why what a file holds does not go with the rest, and which file it is.
struct NamedEmbeddingSetError: Error, CustomStringConvertible {
  let file: String
  let error: EmbeddingSetError

  var description: String { "\(file): \(error)" }
}

extension EmbeddingSetError {
  /// Does some work with what a file holds, and says which file it is where that is of another kind.
  ///
  /// - Throws: ``NamedEmbeddingSetError``, and what `work` throws.
  static func naming<Result>(_ file: String, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch EmbeddingSetError.otherSpace(let difference) {
      throw NamedEmbeddingSetError(file: file, error: .otherSpace(difference))
    }
  }
}
