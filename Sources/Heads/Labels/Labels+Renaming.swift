import ModelSurgery

extension Labels {
  /// The labels with some names changed, all at once, so that names can be exchanged.
  ///
  /// - Parameter changes: Texts `old=new`. Of a text with several signs = the first counts before which a name stands.
  /// - Throws: ``LabelsError`` for a change of a class that there is not, or to a name that is bad or taken.
  public func renaming(_ changes: [String]) throws(LabelsError) -> Labels {
    var renamed = self
    var new: Set<String> = []
    for change in changes {
      let (id, name) = try parsed(change)
      guard Self.isName(name) else { throw .badName(name, classID: id) }
      renamed.names[id] = name
      new.insert(name)
    }
    for (name, classes) in Dictionary(grouping: renamed.names.keys, by: { renamed.names[$0] ?? "" })
    where new.contains(name) && classes.count > 1 {
      throw .sameName(name, classes: classes.sorted())
    }
    return renamed
  }

  /// Checks that there is one name for each of so many classes. Several may have the same: lists that are widely used have
  /// such names, as that of ImageNet has its two cranes.
  ///
  /// - Throws: ``LabelsError``.
  public func check(count: Int) throws(LabelsError) {
    guard names.count == count, names.keys.allSatisfy({ (0..<count).contains($0) }) else {
      throw .wrongCount(names: names.count, classes: count)
    }
    if let (id, name) = names.sorted(by: { $0.key < $1.key }).first(where: { !Self.isName($0.value) }) {
      throw .badName(name, classID: id)
    }
  }

  /// The names that several classes have, with these classes, by the first of them.
  package var shared: [(name: String, classes: [Int])] {
    Dictionary(grouping: names.keys.sorted(), by: { names[$0] ?? "" }).filter { $0.value.count > 1 }
      .map { (name: $0.key, classes: $0.value) }.sorted { $0.classes[0] < $1.classes[0] }
  }

  private func parsed(_ change: String) throws(LabelsError) -> (id: Int, name: String) {
    var old: String?
    for place in change.indices where change[place] == "=" {
      let name = String(change[..<place])
      old = old ?? name
      if let id = id(of: name) { return (id, String(change[change.index(after: place)...])) }
    }
    guard let old else { throw .noChange(change) }
    throw .noSuchClass(old, nearest: NearestNames.to(old, among: names.sorted { $0.key < $1.key }.map(\.value)))
  }
}
