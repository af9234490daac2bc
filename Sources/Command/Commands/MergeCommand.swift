import ArgumentParser
import Heads
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merge files of embeddings, or remove or rename classes in them.",
    discussion: """
      All files must come from the same model, with the same --resize and --augment. Classes with the same name become \
      one class; a picture that several files contain counts once. 'imprint inspect --list' lists the pictures of a file.

      All shards of 'imprint embed --shard', in any order, become the file that one process would have written. A shard that \
      is given twice counts once.

      EXAMPLES
        imprint merge monday.embeddings tuesday.embeddings -o both.embeddings
        imprint merge both.embeddings --without monday.embeddings -o rest.embeddings
        imprint merge flowers.embeddings --remove weed -o flowers.embeddings
        imprint merge flowers.embeddings --remove '*/blurred/*' -o flowers.embeddings
        imprint merge flowers.embeddings --rename ros=rose -o flowers.embeddings
        imprint merge shards/*.embeddings -o flowers.embeddings
      """)

  @Argument(help: "Files written by 'imprint embed', 'imprint merge' or 'imprint train'.")
  var files: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("File to write.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Remove the pictures of this file. Can be repeated.", valueName: "file"))
  var without: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Remove a class, a picture by its path, as 'class/path' or by its digest, or all pictures of a pattern such as \
      '*/new/*.jpg', in which * also stands for slashes. Can be repeated.
      """, valueName: "name"))
  var remove: [String] = []

  @Option(help: ArgumentHelp("Rename a class. Can be repeated.", valueName: "old=new"))
  var rename: [String] = []

  @Flag(help: "Also merge embeddings that were computed in different arithmetic.")
  var allowMixedArithmetic = false

  @Flag(help: "Also merge shards that other versions of this program or other processors computed.")
  var allowMixedWorkers = false

  @Flag(
    help: ArgumentHelp(
      "Also write a part of the shards of a job, to be merged with others later, and leave out files that are damaged.")
  )
  var partial = false

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
    // The output may replace a merged file, but not a subtracted one, which is still needed.
    try OutputFile.check(output, notReplacing: without.map { URL(filePath: $0) })
    let parts = try MergedFiles(files, setAsideDamaged: partial)
    try parts.checkSpaces(anyArithmetic: allowMixedArithmetic)
    if !allowMixedWorkers { try parts.checkWorkers() }
    if !partial { try parts.checkMissing() }
    parts.tellRepeated()
    var embeddings = EmbeddingSet(space: parts.space, budget: budget.bytes ?? parts.budget)
    var copies = 0
    // One at a time, so that memory does not grow with the number of files.
    for (file, summary) in parts.files {
      guard let part = try parts.read(file) else { continue }
      let isHeld = embeddings.hasShards(of: part)
      copies += isHeld ? 0 : summary.pictures + embeddings.pictures
      try EmbeddingSetError.locating(file) { try embeddings.merge(part, anyArithmetic: allowMixedArithmetic) }
      copies -= isHeld ? 0 : embeddings.pictures
    }
    if parts.areShards { embeddings.sort() }
    for file in without {
      let part = try EmbeddingSet(contentsOf: URL(filePath: file))
      try EmbeddingSetError.locating(file) { try embeddings.subtract(part) }
    }
    for name in remove { try remove(name, from: &embeddings) }
    for pair in rename {
      let names = pair.split(separator: "=", maxSplits: 1).map(String.init)
      try embeddings.rename(class: names[0], to: names[1])
    }
    try embeddings.write(to: output)
    Terminal.warn(ofMissingShardsIn: embeddings)
    Terminal.warn(ofConflictsIn: embeddings)
    let report = EmbeddingSetReport(embeddings, file: output.relativePath, skipped: 0, copies: copies)
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }

  /// Removes a class, or pictures. A class name may contain a slash; it takes precedence over pictures.
  private func remove(_ name: String, from embeddings: inout EmbeddingSet) throws {
    if embeddings.place(of: name) != nil { return try embeddings.remove(class: name) }
    let isPattern = name.contains { "*?[".contains($0) }
    let digest = PictureDigest(name)
    guard embeddings.hasEmbeddings || isPattern || digest != nil || name.contains("/") else {
      return try embeddings.remove(class: name)
    }
    let isNamed = { (path: String) in path == name || (isPattern && fnmatch(name, path, 0) == 0) }
    let count = try embeddings.removePictures { picture, label in
      isNamed(picture.name) || isNamed("\(label)/\(picture.name)") || (digest != nil && picture.digest == digest)
    }
    guard count == 0 else { return }
    // A class of such a name stands before the path of its picture.
    if let known = embeddings.classes.first(where: { name.hasPrefix($0.name + "/") }) {
      throw EmbeddingSetError.noPicture(String(name.dropFirst(known.name.count + 1)), label: known.name)
    }
    throw EmbeddingSetError.noClassOrPicture(name, known: embeddings.classes.map(\.name))
  }
}

extension EmbeddingSetError {
  /// Runs `work`, and adds the file's name to the error if its embeddings are not comparable with the other ones.
  ///
  /// - Throws: ``LocatedError`` for ``EmbeddingSetError/otherSpace(_:)``, and what `work` throws.
  static func locating<Result>(_ file: String?, _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as EmbeddingSetError where error.code == .otherSpace {
      guard let file else { throw error }
      throw LocatedError(place: file, error: error)
    }
  }
}
