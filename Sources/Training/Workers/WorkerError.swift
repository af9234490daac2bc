public import Platform

/// Why several processes cannot train a network together, or why they ended.
public struct WorkerError: DescribedError {
  /// Distinguishes the errors.
  public enum Code: String, Sendable {
    case badVariable, missingVariable, cannotMeet, otherCount, sameRank, missing, ended, lost, otherPictures
    case frozenBase, tooManyWorkers
  }

  public let code: Code
  public let message: String
  public let remedy: String?
  /// The ranks that the error is about.
  public let ranks: [Int]

  private init(_ code: Code, _ message: String, remedy: String? = nil, ranks: [Int] = []) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.ranks = ranks
  }
}

extension WorkerError {
  /// An environment variable of the launcher is invalid.
  public static func badVariable(_ name: String, value: String, because reason: String) -> Self {
    Self(.badVariable, "the environment variable \(name) is \"\(value)\", but \(reason)", remedy: launching)
  }

  /// `WORLD_SIZE` is there, but not another variable.
  public static func missingVariable(_ name: String, count: Int) -> Self {
    Self(
      .missingVariable, "WORLD_SIZE is \(count), but the environment variable \(name) is missing", remedy: launching)
  }

  private static let launching = """
    start every worker with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, as torchrun does, or leave out WORLD_SIZE \
    to train with one process
    """

  /// The place where the workers meet cannot be reached, or by rank 0 not be opened.
  public static func cannotMeet(_ place: WorkerPlace, because reason: String) -> Self {
    let meeting = "\(place.address):\(place.port)"
    return place.rank == 0
      ? Self(
        .cannotMeet, "rank 0 cannot wait for the other workers at \(meeting): \(reason)",
        remedy: "let MASTER_ADDR be the machine of rank 0, and MASTER_PORT a free port", ranks: [0])
      : Self(
        .cannotMeet, "rank \(place.rank) does not reach rank 0 at \(meeting): \(reason)",
        remedy: "check that rank 0 runs, and that a firewall lets the workers reach MASTER_ADDR and MASTER_PORT",
        ranks: [0])
  }

  /// A worker was started with another `WORLD_SIZE`.
  public static func otherCount(rank: Int, count: Int, expected: Int) -> Self {
    Self(
      .otherCount, "rank \(rank) was started with WORLD_SIZE \(count), but rank 0 with \(expected)",
      remedy: "start all workers with the same WORLD_SIZE", ranks: [rank])
  }

  /// Two workers have the same rank.
  public static func sameRank(_ rank: Int) -> Self {
    Self(
      .sameRank, "two workers were started with RANK \(rank)",
      remedy: "give each worker its own RANK, from 0 to WORLD_SIZE - 1", ranks: [rank])
  }

  /// Workers did not come within the time limit.
  public static func missing(_ ranks: [Int], of count: Int, limit: Duration) -> Self {
    let names = ranks.prefix(8).map(String.init).joined(separator: ", ") + (ranks.count > 8 ? " …" : "")
    return Self(
      .missing,
      """
      \(ranks.count == 1 ? "rank" : "ranks") \(names) of \(count) did not come within \(limit.formattedSeconds) s
      """,
      remedy: "start the missing workers, or all with a smaller WORLD_SIZE", ranks: ranks)
  }

  /// A worker ended the run with an error.
  public static func ended(_ rank: Int, reason: String) -> Self {
    Self(.ended, "rank \(rank) ended the run: \(reason)", remedy: again, ranks: [rank])
  }

  /// A worker ended without a word, or can no longer be reached.
  public static func lost(_ rank: Int) -> Self {
    Self(
      .lost, "rank \(rank) was killed, or its machine can no longer be reached", remedy: again, ranks: [rank])
  }

  private static let again = "remove the cause, and resume the run; the number of workers may be another"

  /// A worker has other training or test pictures than rank 0.
  public static func otherPictures(rank: Int) -> Self {
    Self(
      .otherPictures, "rank \(rank) has other pictures than rank 0",
      remedy: "give every worker the same pictures, with the same file names and sizes", ranks: [rank])
  }

  /// A frozen base needs one process only.
  public static var frozenBase: Self {
    Self(
      .frozenBase, "several workers train a whole network, but the base is frozen",
      remedy: "train the head with one process: each picture passes through a frozen base only once")
  }

  /// There are more workers than pictures in a batch.
  public static func tooManyWorkers(_ count: Int, batchSize: Int) -> Self {
    Self(
      .tooManyWorkers, "\(count) workers cannot share batches of \(batchSize) pictures",
      remedy: "use larger batches or fewer workers")
  }
}

extension Duration {
  /// The seconds, rounded to whole ones from 10 on.
  fileprivate var formattedSeconds: String {
    let tenths = Int((self / .seconds(1) * 10).rounded())
    return tenths % 10 == 0 || tenths >= 100 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }
}
