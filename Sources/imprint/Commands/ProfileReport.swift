import ArgumentParser
import Heads
import Imprinting
import Inference

/// What `--profile` shows.
struct ProfileReport: Encodable {
  struct Row: Encodable {
    let step: String
    let seconds: Double
    /// Of the time of all workers.
    let share: Double
    let millisecondsPerPicture: Double?
  }

  let pictures: Int
  let picturesPerSecond: Double
  let seconds: Double
  let coreSeconds: Double
  let workers: Int
  /// The steps, and as the last row the waiting.
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

  /// A table, a line a step.
  var text: String {
    let widest = steps.map(\.step.count).max() ?? 0
    let head = """
      Where the time went: \(Table.counted(pictures, "picture", "pictures")) in \
      \(Decimals.string(seconds, places: 2)) s, \(Decimals.string(picturesPerSecond, places: 0)) a second, \
      \(Table.counted(workers, "worker", "workers"))
      """
    let rows = steps.map { row in
      let time = row.millisecondsPerPicture.map { Decimals.string($0, places: 3) } ?? ""
      return """
          \(Table.left(row.step, widest))  \(Table.right(Decimals.string(row.seconds, places: 3), 9)) s  \
        \(Table.right(time, 9)) ms a picture  \(Table.right(Table.percent(row.share), 7))
        """
    }
    return ([head] + rows).joined(separator: "\n")
  }
}

/// Whether a command tells where its time goes.
struct ProfileOptions: ParsableArguments {
  @Flag(help: "Show where the time went: reading, decoding, resizing, inference and the rest.")
  var profile = false

  /// A profile that begins now, or nil where none is wanted.
  func begin() -> Profile? { profile ? Profile() : nil }
}
