/// Labels that were compared with the classes of a model.
public struct FittedLabels: Sendable, Hashable {
  /// The labels, put right where they are those of ImageNet with or without its background.
  public let labels: Labels
  /// What does not fit or was put right, in a sentence; nil where each class has one name.
  public let note: String?

  /// Compares labels with the number of classes.
  ///
  /// ImageNet's classes are 1000, and 1001 with a `background` before them. Labels of the one form on a model of the other
  /// would shift each name by one.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - count: The number of classes.
  /// - Throws: ``LabelsError/beyondClasses(_:count:)`` if there are names for classes that the model does not have.
  public init(_ labels: Labels, classes count: Int) throws(LabelsError) {
    guard let last = labels.names.keys.max(), !(labels.names.count == count && last == count - 1) else {
      self.labels = labels
      note = nil
      return
    }
    if let shifted = Self.imageNet(labels, classes: count) {
      self.labels = shifted
      note =
        count == 1001
        ? "the labels are those of ImageNet without its background, which the model has: class 0 is called background"
        : "the labels are those of ImageNet with its background, which the model lacks: it is left out"
      return
    }
    guard last < count else { throw .beyondClasses(last, count: count) }
    self.labels = labels
    note = "\(labels.names.count) of \(count) classes have a name; the others are called by their numbers"
  }

  private static func imageNet(_ labels: Labels, classes count: Int) -> Labels? {
    let isTench = { (id: Int) in labels.names[id]?.lowercased().hasPrefix("tench") == true }
    switch (labels.names.count, count) {
    case (1000, 1001) where isTench(0):
      var names = Dictionary(uniqueKeysWithValues: labels.names.map { ($0 + 1, $1) })
      names[0] = "background"
      return Labels(names)
    case (1001, 1000) where isTench(1) && labels.names[0].map(Labels.meansNone) == true:
      return Labels(Dictionary(uniqueKeysWithValues: labels.names.filter { $0.key > 0 }.map { ($0 - 1, $1) }))
    default:
      return nil
    }
  }
}
