import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How the classes of a model file can be kept.
public enum EarlierTeaching: Sendable {
  /// Beside the file lies what they were solved from: they are gone on with like on the first day.
  case seen(Seen)
  /// They were imprinted in Coral's layout, by sums that the file holds: they are gone on with by imprinting.
  case imprinted
  /// They are a base's: they stay as they are.
  case base

  /// Finds out what there is.
  ///
  /// - Throws: ``TFLiteError`` when the model is no sound file; ``SeenError`` when what lies beside it is damaged.
  public init(of model: URL) throws {
    let file = Teacher.seenFile(for: model)
    let whole = try Model(bytes: Bytes(mapping: model))
    if FileManager.default.fileExists(atPath: file.path) {
      let seen = try Seen(contentsOf: file)
      // Beside a base's classes, what was seen is of the new ones alone.
      if let labels = whole.carriedLabels, labels.names == Labels(classesOf: seen).names {
        self = .seen(seen)
        return
      }
    }
    self = whole.imprintedClasses.isEmpty ? .base : .imprinted
  }
}

extension Labels {
  /// The names of the classes that were seen, in their order.
  fileprivate init(classesOf seen: Seen) {
    self.init(Dictionary(uniqueKeysWithValues: seen.classes.enumerated().map { ($0, $1.name) }))
  }
}
