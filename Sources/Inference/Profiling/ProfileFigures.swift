/// The times of the steps of a run, as a ``Profile`` measured them.
///
/// The core time is ``seconds`` times ``workers``, or the sum of all steps if that is greater, which happens when one core
/// adds embeddings to their sets while the others embed. A step before or after the pictures, such as solving, takes the time
/// of all cores. ``waiting`` is the core time that belongs to no step; the shares of all rows and ``waitingShare`` add up to 1.
public struct ProfileFigures: Sendable, Hashable {
  /// The time of one step.
  public struct Row: Sendable, Hashable {
    /// The step.
    public let step: Profile.Step
    /// The time of the step in seconds; that of work on pictures is summed over all workers.
    public let seconds: Double
  }

  /// The steps that took any time, in the order of a run.
  public let rows: [Row]
  /// The duration of the run in seconds.
  public let seconds: Double
  /// The greatest number of pictures processed at the same time.
  public let workers: Int
  /// The number of pictures, including those that could not be read.
  public let pictures: Int

  init(rows: [Row], seconds: Double, workers: Int, pictures: Int) {
    self.rows = rows
    self.seconds = seconds
    self.workers = workers
    self.pictures = pictures
  }

  /// The core time, the time of all workers, in seconds.
  public var coreSeconds: Double { max(Double(workers) * seconds, busy) }

  /// The core time that belongs to no step, in seconds: waiting, start-up, and work that is not measured.
  public var waiting: Double { coreSeconds - busy }

  /// The share of ``waiting`` in the core time.
  public var waitingShare: Double { share(of: waiting) }

  /// ``waiting`` per picture in milliseconds, or nil without pictures.
  public var waitingMilliseconds: Double? { milliseconds(of: waiting) }

  /// Returns the share of a row in the core time, from 0 to 1.
  public func share(_ row: Row) -> Double { share(of: coreSeconds(of: row)) }

  /// Returns a row's time per picture in milliseconds, or nil without pictures.
  public func milliseconds(_ row: Row) -> Double? { milliseconds(of: row.seconds) }

  /// The number of pictures per second, over the complete run.
  public var picturesPerSecond: Double { seconds > 0 ? Double(pictures) / seconds : 0 }

  private var busy: Double { rows.reduce(0) { $0 + coreSeconds(of: $1) } }

  private func coreSeconds(of row: Row) -> Double { row.step.isAlone ? Double(workers) * row.seconds : row.seconds }

  private func share(of seconds: Double) -> Double { coreSeconds > 0 ? seconds / coreSeconds : 0 }

  private func milliseconds(of seconds: Double) -> Double? {
    pictures > 0 ? 1000 * seconds / Double(pictures) : nil
  }
}
