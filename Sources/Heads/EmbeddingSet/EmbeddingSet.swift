import LinearAlgebra
public import TFLite

/// What was seen of some classes, as a value: all that a head is solved from.
///
/// Up to a budget the embeddings themselves are kept, a byte an element for quantised networks. Beyond it only sums are:
/// a class's number of pictures and Σx, Σz of its features, and one Σ z zᵀ for all classes together. Both add up: what
/// was seen yesterday or on another machine is merged with what is seen today, and taken away again.
///
/// Counts and Σx of quantised networks are exact; Σz and Σ z zᵀ are 64-bit floats. A picture that is added twice to the same
/// class, under the same name and with the same embeddings, counts once for as long as embeddings are kept.
public struct EmbeddingSet: Sendable {
  /// The space that the embeddings are of.
  public let space: EmbeddingSpace
  /// The bytes of embeddings beyond which only sums are kept.
  public let budget: Int
  /// The classes, in the order in which they were first seen.
  public private(set) var classes: [EmbeddedClass] = []

  // Only sums from here on, if any.
  private var moments: PooledMoments?
  // The places of the classes by their names.
  private var places: [String: Int] = [:]
  private var embeddingBytes = 0
  private let writer: FeatureWriter

  /// 64 MB: 65 000 pictures at 1024 bytes each.
  public static let defaultBudget = 1 << 26

  /// Nothing seen yet.
  public init(space: EmbeddingSpace, budget: Int = EmbeddingSet.defaultBudget) {
    self.space = space
    self.budget = max(0, budget)
    writer = FeatureWriter(space)
  }

  /// What a file held.
  init(space: EmbeddingSpace, budget: Int, classes: [EmbeddedClass], moments: PooledMoments?) {
    self.space = space
    self.budget = budget
    self.classes = classes
    self.moments = moments
    writer = FeatureWriter(space)
    indexClasses()
    embeddingBytes = classes.reduce(0) { $0 + $1.pictures.reduce(0) { $0 + $1.embeddings.count } }
  }

  /// Whether the single embeddings are there, and not only their sums.
  public var hasEmbeddings: Bool { moments == nil }

  /// How many pictures were seen.
  public var pictures: Int { classes.reduce(0) { $0 + $1.count } }

  /// Adds a picture to a class, which is made where there is none of that name.
  ///
  /// - Throws: ``EmbeddingSetError/wrongSize(bytes:expected:)``, ``EmbeddingSetError/notFinite(picture:)``, ``EmbeddingSetError/badName(_:)``,
  ///   ``EmbeddingSetError/tooWide(dimension:limit:)`` past the budget, `LinearAlgebraError`; nothing is added then.
  /// - Complexity: O(V D), or O(V D²) where only sums are kept.
  public mutating func add(_ picture: EmbeddedPicture, to name: String) throws {
    try append(picture, to: name, once: true)
  }

  /// Adds a picture; see ``add(_:to:)``.
  ///
  /// - Parameter once: Whether the same picture of the same class is passed over.
  mutating func append(_ picture: EmbeddedPicture, to name: String, once: Bool = false) throws {
    let known = place(of: name)
    guard known != nil || Labels.isName(name) else { throw EmbeddingSetError.badName(name) }
    let expected = space.byteCount * space.views.count
    guard picture.embeddings.count == expected else {
      throw EmbeddingSetError.wrongSize(bytes: picture.embeddings.count, expected: expected)
    }
    guard writer.areFinite(picture.embeddings) else { throw EmbeddingSetError.notFinite(picture: picture.name) }
    if once, let known, hasEmbeddings, classes[known].names.contains(picture.name),
      classes[known].pictures.contains(picture)
    {
      return
    }
    if moments == nil, embeddingBytes + expected > budget { try forgetEmbeddings() }
    let place = known ?? makeClass(name)
    if moments == nil {
      classes[place].pictures.append(picture)
      classes[place].names.insert(picture.name)
      embeddingBytes += expected
    } else {
      try addMoments(of: picture.embeddings, toClass: place)
    }
    classes[place].count += 1
    writer.addSteps(picture.embeddings, to: &classes[place].steps, factor: 1)
  }

  /// Adds what was seen elsewhere, or earlier.
  ///
  /// - Parameters:
  ///   - other: The other, of the same space.
  ///   - anyArithmetic: Whether the other's arithmetic may be another.
  /// - Throws: ``EmbeddingSetError/otherSpace(_:)``, ``EmbeddingSetError/tooWide(dimension:limit:)`` past the budget, `LinearAlgebraError`.
  public mutating func merge(_ other: EmbeddingSet, anyArithmetic: Bool = false) throws {
    try checkSpace(other, anyArithmetic: anyArithmetic)
    if let theirs = other.moments {
      if moments == nil { try forgetEmbeddings() }
      let places = other.classes.map { makeClass($0.name) }
      try moments?.add(theirs, places: places, sign: 1)
      for (place, known) in zip(places, other.classes) {
        classes[place].count += known.count
        classes[place].steps.add(known.steps, sign: 1)
      }
    } else {
      for known in other.classes {
        for picture in known.pictures { try add(picture, to: known.name) }
      }
      try moments?.flush()
    }
  }

  /// Takes away what was added by ``merge(_:anyArithmetic:)`` or picture by picture. Classes left without a picture go.
  ///
  /// - Throws: ``EmbeddingSetError/otherSpace(_:)``, ``EmbeddingSetError/neverAdded(_:)``, ``EmbeddingSetError/noClass(_:known:)``,
  ///   ``EmbeddingSetError/noPicture(_:label:)``, ``EmbeddingSetError/pastBudget(_:bytes:)`` where only the other is sums;
  ///   `LinearAlgebraError`. Nothing is taken then.
  public mutating func subtract(_ other: EmbeddingSet) throws {
    try checkSpace(other, anyArithmetic: false)
    var rest = self
    for known in other.classes {
      guard let place = rest.place(of: known.name) else {
        throw EmbeddingSetError.noClass(known.name, known: classes.map(\.name))
      }
      guard rest.classes[place].count >= known.count else {
        throw EmbeddingSetError.neverAdded("\(known.count) pictures of \"\(known.name)\"")
      }
      if rest.hasEmbeddings {
        guard other.hasEmbeddings else {
          throw EmbeddingSetError.pastBudget("taking away single pictures", bytes: other.budget)
        }
        try rest.remove(known.pictures, atPlace: place)
      }
    }
    if var sums = rest.moments {
      var theirs = other
      if theirs.moments == nil { try theirs.forgetEmbeddings() }
      guard let taken = theirs.moments else { return }
      let places = other.classes.compactMap { rest.place(of: $0.name) }
      try sums.add(taken, places: places, sign: -1)
      for (place, known) in zip(places, other.classes) {
        rest.classes[place].count -= known.count
        rest.classes[place].steps.add(known.steps, sign: -1)
      }
      sums.removeClasses { rest.classes[$0].count == 0 }
      rest.moments = sums
    }
    rest.classes.removeAll { $0.count == 0 }
    rest.indexClasses()
    self = rest
  }

  /// Takes a picture out of its class; a class left without a picture goes.
  ///
  /// - Throws: ``EmbeddingSetError/noClass(_:known:)``, ``EmbeddingSetError/noPicture(_:label:)``, ``EmbeddingSetError/pastBudget(_:bytes:)``.
  public mutating func remove(picture: String, from name: String) throws(EmbeddingSetError) {
    guard let place = place(of: name) else { throw .noClass(name, known: classes.map(\.name)) }
    guard hasEmbeddings else { throw .pastBudget("removing one picture", bytes: budget) }
    guard let index = classes[place].pictures.firstIndex(where: { $0.name == picture }) else {
      throw .noPicture(picture, label: name)
    }
    let removed = classes[place].pictures.remove(at: index)
    if !classes[place].pictures.contains(where: { $0.name == picture }) { classes[place].names.remove(picture) }
    embeddingBytes -= removed.embeddings.count
    classes[place].count -= 1
    writer.addSteps(removed.embeddings, to: &classes[place].steps, factor: -1)
    if classes[place].count == 0 { removeClass(at: place) }
  }

  /// Takes pictures out of a class, which stays even without any: those of the same name and the same embeddings.
  ///
  /// - Throws: ``EmbeddingSetError/noPicture(_:label:)`` of the first that is not there as often.
  private mutating func remove(_ pictures: [EmbeddedPicture], atPlace place: Int) throws(EmbeddingSetError) {
    var there: [EmbeddedPicture: Int] = [:]
    for picture in classes[place].pictures { there[picture, default: 0] += 1 }
    var gone: [EmbeddedPicture: Int] = [:]
    for picture in pictures {
      guard gone[picture, default: 0] < there[picture, default: 0] else {
        throw .noPicture(picture.name, label: classes[place].name)
      }
      gone[picture, default: 0] += 1
      embeddingBytes -= picture.embeddings.count
      writer.addSteps(picture.embeddings, to: &classes[place].steps, factor: -1)
    }
    classes[place].pictures.removeAll { picture in
      guard let count = gone[picture], count > 0 else { return false }
      gone[picture] = count - 1
      return true
    }
    classes[place].names = Set(classes[place].pictures.map(\.name))
    classes[place].count -= pictures.count
  }

  /// Takes a class out.
  ///
  /// - Throws: ``EmbeddingSetError/noClass(_:known:)``; ``EmbeddingSetError/pastBudget(_:bytes:)``, as its part of the sum for all classes
  ///   is not known then: take it away with ``subtract(_:)``.
  public mutating func remove(class name: String) throws(EmbeddingSetError) {
    guard let place = place(of: name) else { throw .noClass(name, known: classes.map(\.name)) }
    guard hasEmbeddings else { throw .pastBudget("removing a class", bytes: budget) }
    embeddingBytes -= classes[place].pictures.reduce(0) { $0 + $1.embeddings.count }
    removeClass(at: place)
  }

  /// Gives a class another name.
  ///
  /// - Throws: ``EmbeddingSetError/noClass(_:known:)``, ``EmbeddingSetError/sameName(_:)``, ``EmbeddingSetError/badName(_:)``.
  public mutating func rename(class name: String, to new: String) throws(EmbeddingSetError) {
    guard Labels.isName(new) else { throw .badName(new) }
    guard let place = place(of: name) else { throw .noClass(name, known: classes.map(\.name)) }
    guard name == new || self.place(of: new) == nil else { throw .sameName(new) }
    classes[place].name = new
    places[name] = nil
    places[new] = place
  }

  /// The place of a class among the classes, or nil.
  public func place(of name: String) -> Int? { places[name] }

  /// Sums over all pictures, whether their embeddings are there or not.
  func pooledMoments() throws -> PooledMoments {
    if let moments { return moments }
    var copy = self
    try copy.forgetEmbeddings()
    return copy.moments ?? PooledMoments(dimension: space.dimension, classes: classes.count)
  }

  private mutating func removeClass(at place: Int) {
    classes.remove(at: place)
    indexClasses()
  }

  private mutating func indexClasses() {
    places = Dictionary(classes.indices.map { (classes[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private mutating func makeClass(_ name: String) -> Int {
    if let place = place(of: name) { return place }
    classes.append(
      EmbeddedClass(name: name, steps: Array(repeating: 0, count: space.dimension)))
    places[name] = classes.count - 1
    moments?.appendClass()
    return classes.count - 1
  }

  /// Sums up the embeddings and lets them go.
  private mutating func forgetEmbeddings() throws {
    guard space.dimension <= PooledMoments.mostDimensions else {
      throw EmbeddingSetError.tooWide(dimension: space.dimension, limit: PooledMoments.mostDimensions)
    }
    moments = PooledMoments(dimension: space.dimension, classes: classes.count)
    for place in classes.indices {
      for picture in classes[place].pictures { try addMoments(of: picture.embeddings, toClass: place) }
      classes[place].pictures = []
      classes[place].names = []
    }
    embeddingBytes = 0
  }

  private mutating func addMoments(of embeddings: Bytes, toClass place: Int) throws(LinearAlgebraError) {
    try moments?.add(embeddings, toClass: place, views: space.views.count, writer: writer)
  }

  private func checkSpace(_ other: EmbeddingSet, anyArithmetic: Bool) throws(EmbeddingSetError) {
    guard let difference = space.difference(to: other.space) else { return }
    if anyArithmetic, case .arithmetic = difference { return }
    throw .otherSpace(difference)
  }
}

extension [Double] {
  fileprivate mutating func add(_ other: [Double], sign: Double) {
    for index in indices where other.indices.contains(index) { self[index] += sign * other[index] }
  }
}
