import Heads

extension TrainingData {
  /// Parts the examples into those to learn from and those held back to be asked about.
  ///
  /// Of class folders they are the pictures that `Split` gives, which is what `imprint train --test-ratio` draws: held
  /// back are the first ⌊ratio · n⌋ of a class's n examples, at least one, and never its last one; of those that remain
  /// `shots` are drawn at random. Both parts keep all labels.
  ///
  /// - Parameters:
  ///   - testRatio: The share to hold back, 0 ..< 1; none is where it is 0.
  ///   - shots: How many examples a class to learn from at most; by default all.
  ///   - seed: Decides which; it has no effect on what is held back.
  /// - Throws: ``EvaluationError/badTestRatio(_:)``.
  public func split(
    testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) -> (training: TrainingData, heldBack: TrainingData) {
    let places = places
    return part(
      places, try SplitPlaces(counts: places.map(\.count), testRatio: testRatio, shots: shots, seed: seed))
  }

  /// Draws some examples of each class at random to learn from, and holds back all others, as `Split` does.
  ///
  /// - Parameters:
  ///   - shots: How many examples a class to learn from, at least one; of a class with no more, nothing is held back.
  ///   - seed: Decides which.
  public func drawing(shots: Int, seed: UInt64 = 0) -> (training: TrainingData, heldBack: TrainingData) {
    let places = places
    return part(places, SplitPlaces(counts: places.map(\.count), drawing: shots, seed: seed))
  }

  /// The examples of some classes alone, whose labels are then their places among `classes`.
  ///
  /// - Throws: ``TrainingDataError/noSuchClass(_:)``, ``TrainingDataError/ambiguousClass(_:)``,
  ///   ``TrainingDataError/repeatedClass(_:)``, or ``TrainingDataError/emptyClasses(_:)``.
  public func selecting(classes: [String]) throws(TrainingDataError) -> TrainingData {
    var known: [String: Int] = [:]
    var ambiguous: Set<String> = []
    for (label, name) in labels.enumerated() where known.updateValue(label, forKey: name) != nil {
      ambiguous.insert(name)
    }
    var chosen: [Int: Int] = [:]
    for (place, name) in classes.enumerated() {
      guard let label = known[name] else { throw .noSuchClass(name) }
      if ambiguous.contains(name) { throw .ambiguousClass(name) }
      guard chosen.updateValue(place, forKey: label) == nil else { throw .repeatedClass(name) }
    }
    let examples = examples.compactMap { example in
      chosen[example.label].map { TrainingExample(label: $0, picture: example.picture) }
    }
    let present = Set(examples.map(\.label))
    let empty = classes.indices.filter { !present.contains($0) }
    guard empty.isEmpty else { throw .emptyClasses(empty.map { classes[$0] }) }
    return with(examples, labels: classes)
  }

  /// The parts that places within the classes stand for, in the order of the examples.
  private func part(_ places: [[Int]], _ split: SplitPlaces) -> (training: TrainingData, heldBack: TrainingData) {
    let part = { (chosen: [[Int]]) in
      let chosen = zip(places, chosen).flatMap { all, chosen in chosen.map { all[$0] } }.sorted()
      return with(chosen.map { examples[$0] })
    }
    return (part(split.training), part(split.heldBack))
  }
}
