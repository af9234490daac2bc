import Inference
import Heads
import LiteRT
import ModelSurgery
import TFLite

/// A classifier whose classes stay as they are beside new ones.
struct KeptBase: Sendable {
  let model: Model
  /// Its classes' names, as far as they are known.
  let labels: Labels
  let classCount: Int
  /// Its last layers.
  let logits: BaseLogits

  /// - Throws: ``ImprintingError/noClassesToKeep`` of a bare extractor, `SurgeryError` where its logits cannot be made out,
  ///   `LiteRTError`.
  init(_ model: Model, labels: Labels?, runtime: Runtime) throws {
    guard try model.hasClasses() else { throw ImprintingError.noClassesToKeep }
    self.model = model
    self.labels = labels ?? model.carriedLabels ?? Labels()
    logits = try BaseLogits(of: model, runtime: runtime)
    classCount = logits.base.classCount
  }

  /// Checks that new classes are not named like old ones.
  ///
  /// - Throws: ``ImprintingError/baseClass(_:name:)``, ``ImprintingError/badName(_:)``.
  func check(names: [String]) throws(ImprintingError) {
    for name in names {
      guard Labels.isName(name) else { throw .badName(name) }
      if let id = labels.id(of: name), id < classCount { throw .baseClass(id, name: name) }
    }
  }
}

extension Model {
  /// Whether the model names classes, and does not end in its embedding.
  fileprivate func hasClasses() throws -> Bool {
    if let tail = try? ImprintingTail(of: self) { return !hasEmptyHead(tail) }
    return try embedding() != onlyInputAndOutput().output
  }
}
