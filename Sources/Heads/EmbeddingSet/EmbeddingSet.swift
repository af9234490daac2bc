import LinearAlgebra
import Platform
import TFLite

/// The embeddings of labelled pictures, from which a head is solved.
///
/// Up to a budget the set stores the embeddings themselves, one byte per element for quantised networks. Beyond the budget
/// it stores only sums: for each class the number of pictures, Σx of the embeddings and Σz of the features, and one Σ z zᵀ
/// over all classes. Sets of either form can be merged, and one set can be subtracted from another.
///
/// The sums are whole numbers, Σz and Σ z zᵀ of features that are rounded to 2⁻¹⁵. So they are exact: they do not depend on the
/// order in which pictures are added and sets are merged.
///
/// A picture is its content, which its digest identifies: a class counts it once, whatever its name and however often it is
/// added. A picture without a digest is identified by its name and embeddings, which a set of sums no longer has. A set of sums
/// of more than ``mostDigests`` pictures has no digests either; then only shards guard against counting a picture twice.
public struct EmbeddingSet: Sendable {
  /// The space of the embeddings.
  public let space: EmbeddingSpace
  /// The size in bytes beyond which the set stores only sums.
  public let budget: Int
  /// The classes, in the order in which they were added.
  public private(set) var classes: [EmbeddedClass] = []
  /// The shards that the set holds of jobs of which it does not hold all shards, in the order of the jobs.
  public internal(set) var shards: [HeldShards] = []

  // Whether the set holds pictures beside those of the shards.
  var hasOthers = false
  // The jobs of which the set got all shards; a file does not tell.
  var completeJobs: Set<String> = []
  // Whether the set stores the embeddings whatever its budget is.
  private var keepsEmbeddings = false
  // Nil while the set stores the embeddings.
  private var moments: PooledMoments?
  // The budget beyond which the embeddings were replaced by sums: that of this set, or of one that was merged into it.
  private(set) var exceededBudget: Int?
  // The indices of the classes by their names.
  private var places: [String: Int] = [:]
  private var embeddingBytes = 0
  // The number of pictures of a set of sums.
  private var summed = 0
  // The number of pictures up to which a set of sums has their digests.
  var digestLimit = EmbeddingSet.mostDigests
  private let writer: FeatureWriter

  /// 64 MB: 65 000 pictures of 1024 bytes each.
  public static let defaultBudget = 1 << 26
  /// The number of pictures up to which a set of sums has their digests: 4 million, whose digests take 64 MB.
  public static let mostDigests = 1 << 22

  /// Creates an empty set.
  public init(space: EmbeddingSpace, budget: Int = EmbeddingSet.defaultBudget) {
    self.space = space
    self.budget = max(0, budget)
    writer = FeatureWriter(space)
  }

  /// Creates an empty set for the pictures of a shard.
  ///
  /// The set stores only sums if the budget is 0, and otherwise the embeddings, even beyond the budget, which applies when the
  /// shards are merged. So what the merged set stores does not depend on the number of shards. The only shard of a job is all of
  /// it, and its set is an ordinary one.
  ///
  /// - Parameters:
  ///   - space: The space of the embeddings.
  ///   - budget: The budget of the whole job in bytes.
  ///   - shard: The shard.
  ///   - processor: The instructions of the processor for which the network's kernels are chosen.
  public init(space: EmbeddingSpace, budget: Int, shard: EmbeddingShard, processor: String) {
    self.init(space: space, budget: budget)
    guard shard.count > 1 else { return }
    shards = [HeldShards(shard, worker: .init(processor: processor, arithmetic: space.arithmetic))]
    keepsEmbeddings = self.budget > 0
  }

  /// Creates a set from the contents of a file.
  init(
    space: EmbeddingSpace, budget: Int, classes: [EmbeddedClass], moments: PooledMoments?, exceededBudget: Int? = nil,
    shards: [HeldShards] = [], hasOthers: Bool = false
  ) {
    (self.shards, self.hasOthers) = (shards, hasOthers)
    self.space = space
    self.budget = budget
    self.classes = classes
    self.moments = moments
    self.exceededBudget = moments == nil ? nil : exceededBudget ?? budget
    writer = FeatureWriter(space)
    indexClasses()
    summed = moments == nil ? 0 : pictures
    embeddingBytes = classes.reduce(0) { $0 + $1.pictures.reduce(0) { $0 + $1.embeddings.count } }
  }

  /// Whether the set stores the embeddings, and not only their sums.
  public var hasEmbeddings: Bool { moments == nil }

  /// The number of pictures.
  public var pictures: Int { classes.reduce(0) { $0 + $1.count } }

  /// Adds a picture to a class; a class that the set does not have is created. A picture that the class already has changes
  /// nothing.
  ///
  /// - Returns: Whether the class did not have the picture yet.
  /// - Throws: ``EmbeddingSetError/wrongSize(bytes:expected:)``, ``EmbeddingSetError/notFinite(picture:)``,
  ///   ``EmbeddingSetError/badName(_:)``, ``EmbeddingSetError/tooWide(dimension:limit:)``,
  ///   ``EmbeddingSetError/tooLarge(picture:)`` and ``EmbeddingSetError/tooMany(_:)`` beyond the budget,
  ///   `LinearAlgebraError`. On an error the set is unchanged.
  /// - Complexity: O(V D) for V views, or O(V D²) where the set stores only sums.
  @discardableResult
  public mutating func add(_ picture: EmbeddedPicture, to name: String) throws -> Bool {
    try append(picture, to: name, once: true)
  }

  /// Adds a picture; see ``add(_:to:)``.
  ///
  /// - Parameter once: Whether to skip a picture that the class already has.
  @discardableResult
  mutating func append(_ picture: EmbeddedPicture, to name: String, once: Bool = false) throws -> Bool {
    let known = place(of: name)
    guard known != nil || Labels.isName(name) else { throw EmbeddingSetError.badName(name) }
    let expected = space.byteCount * space.augmentation.count
    guard picture.embeddings.count == expected else {
      throw EmbeddingSetError.wrongSize(bytes: picture.embeddings.count, expected: expected)
    }
    guard writer.areFinite(picture.embeddings) else { throw EmbeddingSetError.notFinite(picture: picture.name) }
    if once, let known, classes[known].recognize(picture) { return false }
    if moments == nil, !keepsEmbeddings, embeddingBytes + expected > budget { try replaceEmbeddingsBySums() }
    if moments != nil { try checkSumming(picture, beside: summed) }
    let place = known ?? makeClass(name)
    if moments == nil {
      classes[place].append(picture)
      embeddingBytes += expected
    } else {
      try moments?.add(picture.embeddings, toClass: place, writer: writer)
      classes[place].sum(picture, keepingDigest: summed < digestLimit)
      summed += 1
      if summed == digestLimit + 1 { forgetDigests() }
    }
    classes[place].count += 1
    return true
  }

  /// Adds the pictures of another set. Shards that the set already has count once; once it has all shards of a job, it is a set
  /// like that of all the pictures.
  ///
  /// - Parameters:
  ///   - other: A set of the same space.
  ///   - anyArithmetic: Whether the arithmetic may differ.
  /// - Throws: ``EmbeddingSetError/otherSpace(_:)``, ``EmbeddingSetError/tooWide(dimension:limit:)`` beyond the budget,
  ///   ``EmbeddingSetError/countedTwice(_:)`` where the other set is sums of some pictures that this set has and of others that
  ///   it does not have, ``EmbeddingSetError/shardsTwice(_:)`` where sums have some of the set's shards and others,
  ///   ``EmbeddingSetError/otherDivision(_:_:)``, `LinearAlgebraError`.
  public mutating func merge(_ other: EmbeddingSet, anyArithmetic: Bool = false) throws {
    try space.check(other.space, anyArithmetic: anyArithmetic)
    guard try needsMerging(other) else { return }
    let hadOthers = holdsOthers
    try mergePictures(of: other)
    noteShards(of: other, hadOthers: hadOthers)
  }

  private mutating func mergePictures(of other: EmbeddingSet) throws {
    if let theirs = other.moments {
      let common = other.classes.reduce(0) { sum, known in
        sum + (place(of: known.name).map { classes[$0].digests.intersection(known.digests).count } ?? 0)
      }
      if common > 0, common == other.pictures { return }
      guard common == 0 else { throw EmbeddingSetError.countedTwice(common) }
      if moments == nil {
        try replaceEmbeddingsBySums()
        exceededBudget = nil
      }
      guard
        (summed + other.pictures).multipliedReportingOverflow(by: space.augmentation.count).partialValue
          <= PooledMoments.mostViews
      else { throw EmbeddingSetError.tooMany("pictures for one set of sums") }
      let sums = try flushed(theirs)
      try moments?.flush(writer)
      let places = other.classes.map { makeClass($0.name) }
      try moments?.add(sums, places: places)
      exceededBudget = min(exceededBudget ?? .max, other.sumsBudget)
      for (place, known) in zip(places, other.classes) { classes[place].sum(known) }
      summed += other.pictures
      if summed > digestLimit { forgetDigests() }
    } else {
      for known in other.classes {
        for picture in known.pictures { try add(picture, to: known.name) }
      }
      try moments?.flush(writer)
    }
  }

  /// Sorts the classes by their names, and the pictures of each class by theirs: sets of the same pictures become equal, in
  /// whatever order they were added. A picture that was added under several names gets the least of them.
  ///
  /// - Complexity: O(n log n) for n pictures, and O(n) where they are in order.
  public mutating func sort() {
    for place in classes.indices { classes[place].sort() }
    let order = classes.indices.sorted { classes[$0].name < classes[$1].name }
    guard order != Array(classes.indices) else { return }
    classes = order.map { classes[$0] }
    moments?.reorderClasses(order)
    indexClasses()
  }

  /// Removes the pictures of another set, and the classes that become empty. All those pictures must be in this set.
  ///
  /// - Throws: ``EmbeddingSetError/otherSpace(_:)``, ``EmbeddingSetError/neverAdded(_:)``,
  ///   ``EmbeddingSetError/noClass(_:known:)``, ``EmbeddingSetError/noPicture(_:label:)``,
  ///   ``EmbeddingSetError/pastBudget(_:bytes:)`` where the other set stores only sums and this one stores embeddings,
  ///   `LinearAlgebraError`. On an error the set is unchanged.
  public mutating func subtract(_ other: EmbeddingSet) throws {
    try space.check(other.space, anyArithmetic: false)
    var rest = self
    for known in other.classes {
      guard let place = rest.place(of: known.name) else {
        throw EmbeddingSetError.noClass(known.name, known: classes.map(\.name))
      }
      guard rest.classes[place].count >= known.count, rest.hasEmbeddings || rest.classes[place].mayHold(all: known)
      else {
        throw EmbeddingSetError.neverAdded("\(known.count) pictures of \"\(known.name)\"")
      }
      if rest.hasEmbeddings {
        guard other.hasEmbeddings else {
          throw EmbeddingSetError.pastBudget("subtracting individual pictures", bytes: other.sumsBudget)
        }
        try rest.remove(known.pictures, atPlace: place)
      }
    }
    if var sums = rest.moments {
      var theirs = other
      if theirs.moments == nil { try theirs.replaceEmbeddingsBySums() }
      guard let taken = theirs.moments else { return }
      let places = theirs.classes.compactMap { rest.place(of: $0.name) }
      try sums.flush(writer)
      try sums.add(flushed(taken), places: places, subtracting: true)
      for (place, known) in zip(places, theirs.classes) { rest.classes[place].sum(known, subtracting: true) }
      rest.summed -= other.pictures
      sums.removeClasses { rest.classes[$0].count == 0 }
      rest.moments = sums
    }
    rest.classes.removeAll { $0.count == 0 }
    rest.indexClasses()
    self = rest
  }

  /// Removes a picture, and its class if that becomes empty.
  ///
  /// - Throws: ``EmbeddingSetError/noClass(_:known:)``, ``EmbeddingSetError/noPicture(_:label:)``,
  ///   ``EmbeddingSetError/pastBudget(_:bytes:)``.
  public mutating func remove(picture: String, from name: String) throws(EmbeddingSetError) {
    guard let place = place(of: name) else { throw .noClass(name, known: classes.map(\.name)) }
    guard hasEmbeddings else { throw .pastBudget("removing one picture", bytes: sumsBudget) }
    guard let index = classes[place].pictures.firstIndex(where: { $0.name == picture }) else {
      throw .noPicture(picture, label: name)
    }
    let removed = classes[place].remove(at: [index])
    take(removed, fromPlace: place)
    if classes[place].count == 0 { removeClass(at: place) }
  }

  /// Removes the pictures for which a condition on a picture and the name of its class holds, and the classes that become
  /// empty.
  ///
  /// - Returns: The number of pictures removed.
  /// - Throws: ``EmbeddingSetError/pastBudget(_:bytes:)``.
  /// - Complexity: O(n) in the number of pictures, and O(V D) for each one removed.
  @discardableResult
  public mutating func removePictures(
    where isUnwanted: (_ picture: EmbeddedPicture, _ label: String) -> Bool
  ) throws(EmbeddingSetError) -> Int {
    guard hasEmbeddings else { throw .pastBudget("removing individual pictures", bytes: sumsBudget) }
    var count = 0
    for place in classes.indices {
      let known = classes[place]
      let indices = Set(known.pictures.indices.filter { isUnwanted(known.pictures[$0], known.name) })
      guard !indices.isEmpty else { continue }
      take(classes[place].remove(at: indices), fromPlace: place)
      count += indices.count
    }
    classes.removeAll { $0.count == 0 }
    indexClasses()
    return count
  }

  /// Removes pictures from a class. The class remains even if it becomes empty.
  ///
  /// - Throws: ``EmbeddingSetError/noPicture(_:label:)`` for the first picture that the class does not hold.
  private mutating func remove(_ pictures: [EmbeddedPicture], atPlace place: Int) throws(EmbeddingSetError) {
    let indices = try classes[place].indices(of: pictures)
    take(classes[place].remove(at: indices), fromPlace: place)
  }

  /// Subtracts pictures that a class no longer holds from its counts and sums.
  private mutating func take(_ removed: [EmbeddedPicture], fromPlace place: Int) {
    for picture in removed { embeddingBytes -= picture.embeddings.count }
    classes[place].count -= removed.count
  }

  /// Removes a class.
  ///
  /// A set that stores only sums has one Σ z zᵀ of all classes. Without the class, the scatter within the others is taken to
  /// be their share of the scatter within all, so that the covariance within the classes stays as it was. Where the pictures
  /// of the class are at hand, ``subtract(_:)`` removes them exactly.
  ///
  /// - Throws: ``EmbeddingSetError/noClass(_:known:)``, `LinearAlgebraError`.
  public mutating func remove(class name: String) throws {
    guard let place = place(of: name) else { throw EmbeddingSetError.noClass(name, known: classes.map(\.name)) }
    if var sums = moments {
      try sums.flush(writer)
      sums.removeClass(place, counts: classes.map(\.count))
      moments = sums
      summed -= classes[place].count
    }
    embeddingBytes -= classes[place].pictures.reduce(0) { $0 + $1.embeddings.count }
    removeClass(at: place)
  }

  /// Renames a class.
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

  /// Returns the index of a class in ``classes``, or nil where the set does not have it.
  public func place(of name: String) -> Int? { places[name] }

  /// Returns the sums over all pictures, whether or not the set stores their embeddings.
  func pooledMoments() throws -> PooledMoments {
    if let moments { return try flushed(moments) }
    var copy = self
    try copy.replaceEmbeddingsBySums()
    return copy.moments ?? PooledMoments(dimension: space.dimension, views: space.augmentation.count)
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
    let steps = moments.map { _ in IntegerSums(count: space.dimension) }
    classes.append(EmbeddedClass(name: name, steps: steps, writer: writer))
    places[name] = classes.count - 1
    moments?.appendClass()
    return classes.count - 1
  }

  /// Replaces the embeddings by their sums.
  private mutating func replaceEmbeddingsBySums() throws {
    guard space.dimension <= PooledMoments.mostDimensions else {
      throw EmbeddingSetError.tooWide(dimension: space.dimension, limit: PooledMoments.mostDimensions)
    }
    var sums = PooledMoments(
      dimension: space.dimension, views: space.augmentation.count, classes: classes.count)
    var count = 0
    for (place, known) in classes.enumerated() {
      for picture in known.pictures {
        try checkSumming(picture, beside: count)
        try sums.add(picture.embeddings, toClass: place, writer: writer)
        count += 1
      }
    }
    try sums.flush(writer)
    moments = sums
    keepsEmbeddings = false
    for place in classes.indices { classes[place].sumPictures() }
    summed = count
    if summed > digestLimit { forgetDigests() }
    embeddingBytes = 0
    exceededBudget = budget
  }

  /// Checks that a picture can be added to the sums of others.
  private func checkSumming(_ picture: EmbeddedPicture, beside others: Int) throws(EmbeddingSetError) {
    guard writer.areSummable(picture.embeddings) else { throw .tooLarge(picture: picture.name) }
    guard others < PooledMoments.mostViews / space.augmentation.count else {
      throw .tooMany("pictures for one set of sums")
    }
  }

  private mutating func forgetDigests() {
    for place in classes.indices { classes[place].digests = [] }
  }

  /// Returns moments without pending pictures.
  private func flushed(_ moments: PooledMoments) throws(LinearAlgebraError) -> PooledMoments {
    var complete = moments
    try complete.flush(writer)
    return complete
  }

  /// The budget beyond which the set, or one that was merged into it, replaced the embeddings by sums.
  package var sumsBudget: Int { exceededBudget ?? budget }

}
