import ModelSurgery

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

extension Teacher {
  /// Returns those of some names that classes of the base have, which cannot be taught further. Classes that were taught
  /// beside those of the base are not among them.
  public func baseClasses(among names: [String]) -> [String] {
    let taught = Set((fileEmbeddings?.set.classes ?? []).map(\.name))
    return names.filter { name in
      guard !taught.contains(name) else { return false }
      do throws(ImprintingError) {
        try writer.check(names: [name])
        return false
      } catch {
        return error.code == .baseClass
      }
    }
  }

  /// The embeddings file that is missing, or holds other classes, beside a continued classifier all of whose classes were
  /// taught, so that they could be taught further with it; nil otherwise.
  public var missingEmbeddings: URL? {
    guard let continued, fileEmbeddings == nil, hasBaseClasses else { return nil }
    let summary = ModelSummary(continued.model)
    guard let head = summary.solvedHead, head.baseClasses == 0, continued.model.carriedLabels != nil else { return nil }
    return Self.embeddingsFile(for: continued.file)
  }

  /// Whether the classifier keeps classes of a base model, which cannot be taught further.
  public var hasBaseClasses: Bool { writer.hasBaseClasses }

  /// The share of the new pictures that get their class among all classes, each left out of its own class, where imprinted
  /// classes stand beside those of a base model; nil where there is no base, or no class has two pictures.
  ///
  /// - Throws: As ``estimate`` does.
  public var accuracyBesideBase: Double? {
    get throws { try taughtModel().accuracyBesideBase }
  }
}
