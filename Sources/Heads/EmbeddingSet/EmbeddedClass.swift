public import Platform
public import TFLite

/// A class of an ``EmbeddingSet``.
public struct EmbeddedClass: Sendable, Hashable {
  /// The class's name.
  public internal(set) var name: String
  /// The number of pictures.
  public internal(set) var count = 0
  /// The pictures, in the order in which they were added; empty where the set stores only sums.
  public private(set) var pictures: [EmbeddedPicture] = []
  /// The digests of the pictures that have one, also where the set stores only sums.
  public internal(set) var digests: Set<PictureDigest> = []

  // The pictures' names, for fast look-ups.
  private var names: Set<String> = []
  // Pictures that the class already had under another name, each with its least name and without embeddings.
  private var copies: [PictureDigest: EmbeddedPicture] = [:]
  // The sums of steps where the set stores only sums.
  private(set) var summedSteps: IntegerSums?
  private let writer: FeatureWriter

  /// Creates a class.
  ///
  /// - Parameters:
  ///   - count: The number of pictures.
  ///   - steps: The sums of their steps where the set stores only sums.
  ///   - writer: The writer of the embeddings' features.
  init(name: String, count: Int = 0, steps: IntegerSums? = nil, writer: FeatureWriter) {
    self.name = name
    self.count = count
    summedSteps = steps
    self.writer = writer
  }

  /// The sum over all pictures and their views of the embedding's steps (stored number − zero point): exact for quantised
  /// networks, and for others where the set stores only sums.
  ///
  /// - Complexity: O(n V D) for n pictures where the set stores the embeddings.
  public var steps: [Double] {
    if let summedSteps { return summedSteps.doubles(unit: writer.stepUnit) }
    var sum = [Double](repeating: 0, count: writer.dimension)
    for picture in pictures { writer.addSteps(picture.embeddings, to: &sum, factor: 1) }
    return sum
  }

  /// Returns whether the class has a picture. A picture that was added without a digest gets that of the same picture.
  mutating func recognize(_ picture: EmbeddedPicture) -> Bool {
    if let digest = picture.digest, digests.contains(digest) {
      if !pictures.isEmpty, copies[digest].map({ picture.precedes($0) }) ?? true {
        copies[digest] = picture.withoutEmbeddings
      }
      return true
    }
    guard names.contains(picture.name),
      let index = pictures.firstIndex(where: {
        ($0.digest == nil || picture.digest == nil) && $0.isNamesake(of: picture)
      })
    else { return false }
    if let digest = picture.digest {
      digests.insert(digest)
      pictures[index].digest = digest
      pictures[index].look = picture.look
    }
    return true
  }

  mutating func append(_ picture: EmbeddedPicture) {
    pictures.append(picture)
    names.insert(picture.name)
    if let digest = picture.digest { digests.insert(digest) }
  }

  /// Removes the pictures at some indices, and returns them.
  mutating func remove(at indices: Set<Int>) -> [EmbeddedPicture] {
    let removed = indices.sorted().map { pictures[$0] }
    pictures = pictures.indices.filter { !indices.contains($0) }.map { pictures[$0] }
    names = Set(pictures.map(\.name))
    digests = Set(pictures.compactMap(\.digest))
    return removed
  }

  /// Puts the pictures in the order of their names. A picture that was added under several names gets the least of them.
  mutating func sort() {
    if !copies.isEmpty {
      for (index, picture) in pictures.enumerated() {
        guard let copy = picture.digest.flatMap({ copies[$0] }), copy.precedes(picture) else { continue }
        pictures[index].name = copy.name
        pictures[index].group = copy.group
      }
      copies = [:]
      names = Set(pictures.map(\.name))
    }
    let isSorted = zip(pictures, pictures.dropFirst()).allSatisfy { !$1.precedes($0) }
    if !isSorted { pictures.sort { $0.precedes($1) } }
  }

  /// Adds a picture of which only the sums are kept.
  ///
  /// - Parameter keepingDigest: Whether to keep its digest.
  mutating func sum(_ picture: EmbeddedPicture, keepingDigest: Bool) {
    // Taken out meanwhile, so that the sums are changed in place.
    var steps = summedSteps ?? IntegerSums(count: writer.dimension)
    summedSteps = nil
    writer.addSteps(picture.embeddings, to: &steps)
    summedSteps = steps
    if keepingDigest, let digest = picture.digest { digests.insert(digest) }
  }

  /// Adds or subtracts sums of other pictures.
  mutating func sum(_ other: EmbeddedClass, subtracting: Bool = false) {
    count += subtracting ? -other.count : other.count
    if subtracting { digests.subtract(other.digests) } else { digests.formUnion(other.digests) }
    if let steps = other.summedSteps { summedSteps?.add(steps, subtracting: subtracting) }
  }

  /// Replaces the individual pictures by the sums of their steps. Only their digests are kept.
  mutating func sumPictures() {
    var steps = IntegerSums(count: writer.dimension)
    for picture in pictures { writer.addSteps(picture.embeddings, to: &steps) }
    summedSteps = steps
    pictures = []
    names = []
    copies = [:]
  }

  /// Returns the indices of pictures, each found by its digest, or by its name and embeddings where one of both has none.
  ///
  /// - Throws: ``EmbeddingSetError/noPicture(_:label:)`` for the first picture that the class does not hold often enough.
  func indices(of others: [EmbeddedPicture]) throws(EmbeddingSetError) -> Set<Int> {
    var digested: [PictureDigest: Int] = [:]
    var named: [EmbeddedPicture: [Int]] = [:]
    for (index, picture) in pictures.enumerated().reversed() {
      if let digest = picture.digest { digested[digest] = index }
      named[picture.undigested, default: []].append(index)
    }
    var found: Set<Int> = []
    for picture in others {
      if let index = picture.digest.flatMap({ digested[$0] }), found.insert(index).inserted { continue }
      let namesakes = named[picture.undigested] ?? []
      let isSame = { (index: Int) in pictures[index].digest == nil || picture.digest == nil }
      guard let index = namesakes.last(where: { isSame($0) && !found.contains($0) }) else {
        throw .noPicture(picture.name, label: name)
      }
      found.insert(index)
    }
    return found
  }

  /// Returns whether the class of a set of sums can hold all pictures of another: false where their digests say otherwise.
  func mayHold(all other: EmbeddedClass) -> Bool {
    digests.count < count || other.digests.isSubset(of: digests)
  }
}

/// The embeddings of one picture, one per view.
public struct EmbeddedPicture: Sendable, Hashable {
  /// The picture's name: its path as the caller gave it.
  public internal(set) var name: String
  /// The embeddings as the network stores them, one view after the other, the plain view first.
  public let embeddings: Bytes
  /// The digest of the picture's content, which identifies it; nil where it is not known.
  public internal(set) var digest: PictureDigest?
  /// What the picture looks like; nil where it is not known.
  public internal(set) var look: PictureLook?
  /// The name of a group of pictures that show the same thing, such as one plant or one recording; nil for none.
  public var group: String?

  /// Creates a picture.
  ///
  /// - Parameters:
  ///   - name: The picture's name.
  ///   - embeddings: The embeddings as the network stores them, one view after the other.
  ///   - digest: The digest of the picture's content.
  ///   - look: What the picture looks like.
  ///   - group: The name of a group of pictures that show the same thing.
  public init(
    name: String, embeddings: Bytes, digest: PictureDigest? = nil, look: PictureLook? = nil, group: String? = nil
  ) {
    self.name = name
    self.embeddings = embeddings
    self.digest = digest
    self.look = look
    self.group = group
  }

  /// Returns whether the picture stands before another: by their names, else by their digests, else by their embeddings.
  func precedes(_ other: EmbeddedPicture) -> Bool {
    if name != other.name { return name < other.name }
    // Names may be equal in Unicode and not in bytes.
    if !name.utf8.elementsEqual(other.name.utf8) { return name.utf8.lexicographicallyPrecedes(other.name.utf8) }
    if let digest, let other = other.digest, digest != other { return digest < other }
    return embeddings.lexicographicallyPrecedes(other.embeddings)
  }

  fileprivate var withoutEmbeddings: EmbeddedPicture {
    EmbeddedPicture(name: name, embeddings: Bytes(), digest: digest, group: group)
  }

  /// The picture without its digest and look.
  fileprivate var undigested: EmbeddedPicture { EmbeddedPicture(name: name, embeddings: embeddings) }

  fileprivate func isNamesake(of other: EmbeddedPicture) -> Bool {
    name == other.name && embeddings == other.embeddings
  }
}

/// A picture that several classes have.
public struct PictureConflict: Sendable, Hashable, Codable {
  /// A class that has the picture, and the picture's name there; nil where the set stores only sums.
  public struct Member: Sendable, Hashable, Codable {
    /// The name of the class.
    public let label: String
    /// The name of the picture.
    public let picture: String?
  }

  /// The digest of the picture.
  public let digest: PictureDigest
  /// The classes that have it, in the order of the set.
  public let members: [Member]
}

extension EmbeddingSet {
  /// The pictures that several classes have, in the order in which they come first. One of their labels is wrong.
  ///
  /// - Complexity: O(n) for n pictures.
  public var conflicts: [PictureConflict] {
    var places: [PictureDigest: [Int]] = [:]
    for (place, known) in classes.enumerated() {
      for digest in known.digests { places[digest, default: []].append(place) }
    }
    let doubtful = places.filter { $0.value.count > 1 }
    guard !doubtful.isEmpty else { return [] }
    var names: [PictureDigest: [Int: String]] = [:]
    var order: [PictureDigest] = []
    for (place, known) in classes.enumerated() {
      for picture in known.pictures {
        guard let digest = picture.digest, doubtful[digest] != nil else { continue }
        if names[digest] == nil { order.append(digest) }
        names[digest, default: [:]][place] = picture.name
      }
    }
    order += doubtful.keys.filter { names[$0] == nil }.sorted()
    return order.map { digest in
      PictureConflict(
        digest: digest,
        members: (doubtful[digest] ?? []).sorted().map {
          .init(label: classes[$0].name, picture: names[digest]?[$0])
        })
    }
  }

  /// The SHA-256 digest that identifies the pictures and their division into classes, whatever their order and the names of
  /// pictures and classes: that of the sorted digests of the classes, each of the sorted digests of its pictures. Nil where the
  /// content of a picture is not known.
  public var contentDigest: String? {
    var digests: [[UInt8]] = []
    for known in classes {
      guard known.digests.count == known.count,
        let digest = try? SHA256Digest(of: known.digests.sorted().flatMap(\.bytes))
      else { return nil }
      digests.append(digest.bytes)
    }
    digests.sort { $0.lexicographicallyPrecedes($1) }
    return (try? SHA256Digest(of: digests.flatMap { $0 }))?.hexadecimal
  }
}
