import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Terminal {
  /// Returns the pictures at a path, and warns of what is passed over.
  ///
  /// - Parameter strict: Whether pictures that may be missing are an error.
  /// - Throws: `LabelledPicturesError`.
  static func pictures(at path: String, strict: Bool = false) throws(LabelledPicturesError) -> [URL] {
    let found = try PictureFiles.search(URL(filePath: path))
    try tell(found.remarks, of: path, strict: strict)
    return found.pictures
  }

  /// Returns the labelled pictures of a folder or a list, and warns of what is passed over.
  ///
  /// - Parameter strict: Whether pictures that may be missing are an error.
  /// - Throws: `LabelledPicturesError`.
  static func labelledPictures(
    at path: String, strict: Bool = false, splitColumn: String? = nil, groupColumn: String? = nil
  ) throws(LabelledPicturesError) -> LabelledPictures {
    let found = try LabelledPictures(URL(filePath: path), splitColumn: splitColumn, groupColumn: groupColumn)
    try tell(found.remarks, of: path, strict: strict)
    for sentence in found.notes { note(sentence) }
    return found
  }

  /// Warns of what a search for pictures passed over.
  static func tell(_ remarks: [SearchRemark], of path: String, strict: Bool = false) throws(LabelledPicturesError) {
    let problems = remarks.filter(\.isProblem)
    if strict, !problems.isEmpty { throw .passedOver(problems, path: path) }
    for sentence in SearchRemark.sentences(remarks) { warn(sentence) }
  }

  /// Warns of pictures that several classes have.
  static func warn(ofConflictsIn embeddings: EmbeddingSet) {
    let conflicts = embeddings.conflicts
    for conflict in conflicts.prefix(mostConflicts) {
      let members = conflict.members.map { member in member.picture.map { "\($0) of \(member.label)" } ?? member.label }
      warn("the same picture is in several classes: \(members.joined(separator: ", "))")
    }
    if conflicts.count > mostConflicts {
      warn("\(conflicts.count - mostConflicts) more pictures are in several classes; 'imprint check' lists all")
    }
  }

  private static let mostConflicts = 10
}
