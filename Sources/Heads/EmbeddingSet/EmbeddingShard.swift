import Platform

/// A shard of a job: one of n parts into which the pictures of the job are divided, so that several processes or machines
/// embed them.
///
/// The shards of a job are disjoint, and together they are all its pictures. A set counts each of them once.
public struct EmbeddingShard: Sendable, Hashable {
  /// Text that identifies the job: its pictures and settings.
  public let job: String
  /// The number of this shard, from 0.
  public let index: Int
  /// n, the number of shards of the job.
  public let count: Int

  /// The greatest number of shards of a job.
  public static let mostShards = 1_000_000

  /// Creates a shard.
  ///
  /// - Throws: ``EmbeddingSetError/badShard(index:count:)`` where there is no such shard.
  public init(job: String, index: Int, count: Int) throws(EmbeddingSetError) {
    guard (1...Self.mostShards).contains(count), (0..<count).contains(index) else {
      throw .badShard(index: index, count: count)
    }
    self.job = job
    self.index = index
    self.count = count
  }

  /// Returns the places of the shard's pictures among all pictures of the job in order: ⌊i N / n⌋ ..< ⌊(i + 1) N / n⌋.
  public func places(of pictures: Int) -> Range<Int> {
    let size = max(0, pictures)
    // N i / n without the product, which may overflow.
    func start(_ index: Int) -> Int { size / count * index + size % count * index / count }
    return start(index)..<start(index + 1)
  }
}

extension EmbeddingShard {
  /// What computed a shard. Embeddings of other versions, processors and arithmetic may differ a little.
  public struct Worker: Sendable, Hashable, Codable, Comparable {
    /// The version of the program.
    public let version: String
    /// The instructions of the processor for which the network's kernels were chosen.
    public let processor: String
    /// The arithmetic of the network.
    public let arithmetic: Arithmetic

    /// Creates a worker of this version of Imprint.
    public init(processor: String, arithmetic: Arithmetic) {
      self.init(version: PackageVersion.text, processor: processor, arithmetic: arithmetic)
    }

    init(version: String, processor: String, arithmetic: Arithmetic) {
      self.version = version
      self.processor = processor
      self.arithmetic = arithmetic
    }

    public static func < (one: Self, other: Self) -> Bool {
      (one.version, one.processor, one.arithmetic.rawValue)
        < (other.version, other.processor, other.arithmetic.rawValue)
    }
  }
}

/// The shards of one job that an embedding set holds, where they are not all of them.
public struct HeldShards: Sendable, Hashable {
  /// Text that identifies the job.
  public let job: String
  /// The number of shards of the job.
  public let count: Int
  /// The numbers of the shards that the set holds, from 0.
  public private(set) var held: RangeSet<Int>
  /// What computed them, in order.
  public private(set) var workers: [EmbeddingShard.Worker]

  /// Creates the record of one shard.
  init(_ shard: EmbeddingShard, worker: EmbeddingShard.Worker) {
    (job, count) = (shard.job, shard.count)
    held = RangeSet(shard.index..<shard.index + 1)
    workers = [worker]
  }

  /// The numbers of the shards that are missing.
  public var missing: RangeSet<Int> { RangeSet(0..<count).subtracting(held) }

  /// Whether the set holds all shards of the job.
  var isComplete: Bool { held == RangeSet(0..<count) }

  /// Adds other shards of the same job.
  package mutating func formUnion(_ other: HeldShards) {
    held.formUnion(other.held)
    workers = Set(workers).union(other.workers).sorted()
  }

  /// Numbers as people write them, such as `0-3, 7`.
  public static func text(_ numbers: RangeSet<Int>) -> String {
    numbers.ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound - 1)" }
      .joined(separator: ", ")
  }
}

extension HeldShards: Codable {
  private enum CodingKeys: String, CodingKey {
    case job, count, held, workers
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    job = try container.decode(String.self, forKey: .job)
    count = try container.decode(Int.self, forKey: .count)
    workers = try container.decode([EmbeddingShard.Worker].self, forKey: .workers).sorted()
    let bounds = try container.decode([[Int]].self, forKey: .held)
    held = RangeSet()
    for pair in bounds {
      guard pair.count == 2, pair[0] >= 0, pair[0] <= pair[1], pair[1] < count else {
        throw DecodingError.dataCorruptedError(
          forKey: .held, in: container, debugDescription: "there are no such shards of \(count)")
      }
      held.insert(contentsOf: pair[0]..<pair[1] + 1)
    }
    guard (1...EmbeddingShard.mostShards).contains(count), !held.isEmpty else {
      throw DecodingError.dataCorruptedError(
        forKey: .count, in: container, debugDescription: "there are no \(count) shards")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(job, forKey: .job)
    try container.encode(count, forKey: .count)
    try container.encode(held.ranges.map { [$0.lowerBound, $0.upperBound - 1] }, forKey: .held)
    try container.encode(workers, forKey: .workers)
  }
}
