public import Platform

/// Why an embedding set cannot be changed, merged, read or written.
public struct EmbeddingSetError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case otherSpace, wrongSize, notFinite, noClass, noPicture, sameName, badName, pastBudget, tooWide, neverAdded,
      tooMany, countedTwice, badShard, otherDivision,
      tooLarge
    case badFile, newerVersion
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  /// How the spaces differ, for ``otherSpace(_:)``.
  public let difference: SpaceDifference?

  private init(_ code: Code, _ message: String, remedy: String? = nil, difference: SpaceDifference? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.difference = difference
  }
}

extension EmbeddingSetError {
  /// The embeddings belong to another space.
  public static func otherSpace(_ difference: SpaceDifference) -> Self {
    Self(
      .otherSpace, "these embeddings are of another kind: \(difference)",
      remedy: difference.isOfArithmetic
        ? "embed the pictures again in the other arithmetic, or allow mixed arithmetic when merging"
        : "embed the pictures again in the same way",
      difference: difference)
  }

  /// A picture's embeddings do not have the size that the space requires.
  public static func wrongSize(bytes: Int, expected: Int) -> Self {
    Self(.wrongSize, "the embeddings have \(bytes) bytes; \(expected) are expected")
  }

  /// The embedding of a picture holds a number that is not finite.
  public static func notFinite(picture: String) -> Self {
    Self(.notFinite, "the embedding of \(picture) holds a number that is infinite or not a number (NaN)")
  }

  /// The embedding of a picture holds a number that is too large to be summed.
  public static func tooLarge(picture: String) -> Self {
    Self(
      .tooLarge, "the embedding of \(picture) holds a number beyond 2³⁰, which is too large to be summed",
      remedy: "use a larger budget, so that the embeddings themselves are stored")
  }

  /// The set does not have the class; `known` are the classes that it has.
  public static func noClass(_ name: String, known: [String]) -> Self {
    Self(
      .noClass, "the embedding set has no class \"\(name)\"",
      remedy: known.isEmpty ? nil : "its classes are " + known.prefix(20).joined(separator: ", "))
  }

  /// The set has neither a class nor a picture of this name, pattern or digest.
  package static func noClassOrPicture(_ name: String, known: [String]) -> Self {
    Self(
      .noClass, "the embedding set has no class and no picture \"\(name)\"", remedy: noClass(name, known: known).remedy)
  }

  /// The class does not have the picture.
  public static func noPicture(_ picture: String, label: String) -> Self {
    Self(.noPicture, "the class \"\(label)\" of the embedding set has no picture \(picture)")
  }

  /// Another class already has the new name.
  public static func sameName(_ name: String) -> Self {
    Self(.sameName, "there is already a class \"\(name)\"")
  }

  /// A label file cannot hold the name.
  public static func badName(_ name: String) -> Self {
    let line = name.split(whereSeparator: \.isNewline).joined(separator: "⏎")
    return Self(
      .badName, "a class cannot be called \"\(line)\"",
      remedy: "a name must be one line, not empty, without spaces at its ends")
  }

  /// The operation needs the individual embeddings, but the set stores only their sums.
  public static func pastBudget(_ operation: String, bytes: Int) -> Self {
    Self(
      .pastBudget,
      "\(operation) needs the individual embeddings, but beyond \(bytes / 1_000_000) MB the set stores only their sums",
      remedy: "embed the pictures again with a larger budget")
  }

  /// The sums of embeddings of this dimension would need too much memory.
  public static func tooWide(dimension: Int, limit: Int) -> Self {
    Self(
      .tooWide, "embeddings of \(dimension) elements are too wide to store as sums; the limit is \(limit)",
      remedy: "use a larger budget, so that the embeddings themselves are stored")
  }

  /// The set does not hold the pictures to subtract.
  public static func neverAdded(_ what: String) -> Self {
    Self(.neverAdded, "\(what) cannot be subtracted: they were never added")
  }

  /// Sums hold pictures that the set already has beside others that it does not have.
  public static func countedTwice(_ pictures: Int) -> Self {
    Self(
      .countedTwice,
      "\(pictures == 1 ? "a picture is" : "\(pictures) pictures are") in both sets and would count twice, because of one "
        + "set only sums are stored",
      remedy: "embed the pictures again with a larger budget")
  }

  /// There is no such shard of a job.
  public static func badShard(index: Int, count: Int) -> Self {
    let most = EmbeddingShard.mostShards
    return Self(
      .badShard,
      (1...most).contains(count)
        ? "there is no shard \(index) of \(count): shards are numbered from 0 to \(count - 1)"
        : "a job has from 1 to \(most) shards, and not \(count)")
  }

  /// Two sets hold shards of the same job, which was divided into different numbers of shards.
  public static func otherDivision(_ mine: Int, _ other: Int) -> Self {
    Self(
      .otherDivision, "the same pictures were divided into \(mine) shards in one set and into \(other) in the other",
      remedy: "merge the shards of one division only")
  }

  /// Sums hold shards that the set already has beside pictures that it does not have.
  public static func shardsTwice(_ numbers: String) -> Self {
    Self(
      .countedTwice,
      "shard \(numbers) would count twice: both sets have it beside other pictures, and one stores only sums",
      remedy: "merge the shards themselves, each in one file")
  }

  /// There are more items than the file format can hold.
  public static func tooMany(_ what: String) -> Self { Self(.tooMany, "there are too many \(what)") }

  /// The file is not an embedding file, or is damaged.
  public static func badFile(path: String, reason: String) -> Self {
    Self(
      .badFile, "the embedding file \(path) cannot be used: \(reason)",
      remedy: "use an undamaged copy, or move it away and embed the pictures again")
  }

  /// The file has a later version than this library can read.
  public static func newerVersion(path: String, version: Int, known: Int) -> Self {
    Self(
      .newerVersion, "the embedding file \(path) has version \(version); this program reads version \(known)",
      remedy: "use a newer version of this program")
  }
}
