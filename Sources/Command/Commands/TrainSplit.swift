import ArgumentParser
import Heads
import Imprinting
import Inference
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The groups of pictures that `--group` names.
struct GroupChoice {
  /// The help of `--group`.
  static let help = ArgumentHelp(
    """
    Pictures that belong together, such as those of one plant or recording: a column of the list, or a regular \
    expression that finds the group's name in a path. (default: near-duplicates)
    """, valueName: "column|regex")

  /// The column of a list, or nil.
  let column: String?
  private let expression: Regex<AnyRegexOutput>?

  /// - Parameters:
  ///   - text: A column of the list, or else a regular expression.
  ///   - data: The folder or the list.
  /// - Throws: ``UsageError``.
  init(_ text: String?, data: String) throws {
    guard let text else {
      (column, expression) = (nil, nil)
      return
    }
    if !PictureFiles.isDirectory(URL(filePath: data)), text.wholeMatch(of: /[\p{L}\p{N}_ -]+/) != nil {
      (column, expression) = (text, nil)
      return
    }
    do {
      (column, expression) = (nil, try Regex(text))
    } catch {
      throw UsageError(
        "--group is '\(text)', which is no regular expression",
        remedy: "such as '/(plant[0-9]+)-' for a part of the path")
    }
  }

  /// Gives groups to pictures whose path the expression finds: the first group in brackets, or else all that it finds.
  ///
  /// - Throws: ``UsageError`` where it finds nothing in any path.
  func apply(to pictures: inout LabelledPictures) throws {
    guard let expression else { return }
    var found = false
    pictures.group { picture in
      guard let match = picture.relativePath.firstMatch(of: expression) else { return nil }
      let part = match.count > 1 ? match[1].substring ?? match[0].substring : match[0].substring
      found = found || part?.isEmpty == false
      return part.flatMap { $0.isEmpty ? nil : String($0) }
    }
    guard found else {
      throw UsageError(
        "--group finds nothing in any path", remedy: "a path is such as \(pictures.classes[0].pictures[0].relativePath)"
      )
    }
  }
}

extension TrainCommand {
  /// Returns the pictures to train on and those to hold back.
  func split(_ pictures: LabelledPictures?, for teacher: Teacher) async throws -> Split {
    let classes = pictures?.classes ?? []
    let (shots, seed) = (settings.shots, settings.seed)
    if heldBack.testRest, let shots { return Split(classes, drawing: shots, seed: seed) }
    if let ratio = heldBack.testRatio {
      guard heldBack.heldBack != .first, ratio > 0, let pictures else {
        return try Split(classes, testRatio: ratio, shots: shots, seed: seed)
      }
      return try Split(
        classes, drawing: ratio, groups: try await groups(of: pictures, for: teacher), shots: shots, seed: seed)
    }
    var split = Split(classes, parts: pictures?.parts ?? [:], shots: shots, seed: seed)
    if let test = heldBack.test {
      let others = try Terminal.labelledPictures(at: test, strict: run.strict)
      split = Split(training: split.training, heldBack: split.heldBack, adding: others.classes)
    }
    guard !split.training.isEmpty || classes.isEmpty else {
      throw UsageError("no picture of --data is to train on", remedy: "mark some with train in the column of the split")
    }
    return split
  }

  /// Returns the groups of pictures: near-duplicates, and those that were given.
  ///
  /// The network runs on all pictures, whose embeddings learning then reads from the cache.
  private func groups(of pictures: LabelledPictures, for teacher: Teacher) async throws -> PictureGroups {
    let list = pictures.classes.flatMap(\.pictures)
    let progress = Progress(total: list.count)
    defer { progress.finish() }
    var found = [EmbeddedPicture?](repeating: nil, count: list.count)
    let note = { (index: Int, result: Result<EmbeddedPicture, PictureError>) in
      found[index] = try? result.get()
      progress.update(index + 1)
    }
    if let cache = files.caching.cache {
      try await cache.embed(list, by: teacher.extractor, deliver: note)
    } else {
      try await teacher.extractor.embed(list, deliver: note)
    }
    return try PictureGroups(
      found, classes: pictures.classes.map(\.pictures.count), in: teacher.extractor.space,
      groups: list.map { pictures.groups[$0] })
  }
}
