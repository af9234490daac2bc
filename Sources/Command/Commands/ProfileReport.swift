import Heads
import Inference

/// The time of each step, which `--profile` prints.
struct ProfileReport: Encodable {
  struct Row: Encodable {
    let step: String
    let seconds: Double
    /// The step's fraction of the time of all workers.
    let share: Double
    let millisecondsPerPicture: Double?
  }

  let pictures: Int
  let picturesPerSecond: Double
  let seconds: Double
  let coreSeconds: Double
  let workers: Int
  /// The steps; the last row is the time spent waiting.
  let steps: [Row]

  init(_ figures: ProfileFigures) {
    pictures = figures.pictures
    picturesPerSecond = figures.picturesPerSecond
    seconds = figures.seconds
    coreSeconds = figures.coreSeconds
    workers = figures.workers
    steps =
      figures.rows.map {
        Row(
          step: $0.step.rawValue, seconds: $0.seconds, share: figures.share($0),
          millisecondsPerPicture: figures.milliseconds($0))
      } + [
        Row(
          step: "waiting", seconds: figures.waiting, share: figures.waitingShare,
          millisecondsPerPicture: figures.waitingMilliseconds)
      ]
  }

  /// A table with one row per step.
  var text: String {
    let widest = steps.map(\.step.count).max() ?? 0
    let head = """
      Profile: \(Table.counted(pictures, "picture", "pictures")) in \(Decimals.string(seconds, places: 2)) s, \
      \(Decimals.string(picturesPerSecond, places: 0)) per second, \
      \(Table.counted(workers, "worker", "workers"))
      """
    let rows = steps.map { row in
      let time = row.millisecondsPerPicture.map { Decimals.string($0, places: 3) } ?? ""
      return """
          \(Table.left(row.step, widest))  \(Table.right(Decimals.string(row.seconds, places: 3), 9)) s  \
        \(Table.right(time, 9)) ms per picture  \(Table.right(Table.percent(row.share), 7))
        """
    }
    return ([head] + rows).joined(separator: "\n")
  }
}
