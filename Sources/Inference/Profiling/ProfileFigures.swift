/// Where the time of a run went, as a ``Profile`` found it.
///
/// The core time is that of all workers: ``seconds`` times ``workers``, or the sum of all steps where that is more, as it
/// can be where one worker looks at pictures and another core takes in what was seen. ``waiting`` is what no step took of
/// it; the shares of all rows and ``waitingShare`` add up to 1.
public struct ProfileFigures: Sendable, Hashable {
  /// The time of one step.
  public struct Row: Sendable, Hashable {
    /// The step.
    public let step: Profile.Step
    /// Its time, summed up over all workers.
    public let seconds: Double
  }

  /// The steps that took any time, in the order in which they are done.
  public let rows: [Row]
  /// How long the run took.
  public let seconds: Double
  /// How many pictures were looked at side by side, at most.
  public let workers: Int
  /// How many pictures were looked at, those that could not be read among them.
  public let pictures: Int

  init(rows: [Row], seconds: Double, workers: Int, pictures: Int) {
    self.rows = rows
    self.seconds = seconds
    self.workers = workers
    self.pictures = pictures
  }

  /// The time of all workers, in seconds.
  public var coreSeconds: Double { max(Double(workers) * seconds, rows.reduce(0) { $0 + $1.seconds }) }

  /// The time of all workers that no step took, in seconds: waiting for others, start-up, and what is not measured.
  public var waiting: Double { coreSeconds - rows.reduce(0) { $0 + $1.seconds } }

  /// What ``waiting`` is of the core time.
  public var waitingShare: Double { share(of: waiting) }

  /// ``waiting`` for each picture in milliseconds, or nil where there was none.
  public var waitingMilliseconds: Double? { milliseconds(of: waiting) }

  /// What a row is of the core time, from 0 to 1.
  public func share(_ row: Row) -> Double { share(of: row.seconds) }

  /// A row's time for each picture in milliseconds, or nil where there was none.
  public func milliseconds(_ row: Row) -> Double? { milliseconds(of: row.seconds) }

  /// Pictures a second, from the beginning of the run to when the figures were asked for.
  public var picturesPerSecond: Double { seconds > 0 ? Double(pictures) / seconds : 0 }

  private func share(of seconds: Double) -> Double { coreSeconds > 0 ? seconds / coreSeconds : 0 }

  private func milliseconds(of seconds: Double) -> Double? {
    pictures > 0 ? 1000 * seconds / Double(pictures) : nil
  }
}
