import ArgumentParser
import Training

/// How a rate falls, in the words of the command line.
struct RateCourse: ExpressibleByArgument, CustomStringConvertible {
  static let words =
    "constant, cosine, cosine:END (END times the peak at last), exponential:FACTOR:EPOCHS, or steps:FACTOR:EPOCH,EPOCH,…"

  let course: LearningRate.Course

  init(course: LearningRate.Course) { self.course = course }

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.dropFirst().map { Double($0) }
    switch (parts.first, parts.count) {
    case ("constant", 1): course = .constant
    case ("cosine", 1): course = .cosine(end: 0)
    case ("cosine", 2):
      guard let end = numbers[0], end >= 0, end <= 1 else { return nil }
      course = .cosine(end: end)
    case ("exponential", 3):
      guard let factor = numbers[0], let epochs = numbers[1], factor > 0, factor <= 1, epochs > 0 else { return nil }
      course = .exponential(factor: factor, epochs: epochs, isStaircase: true)
    case ("steps", 3):
      let epochs = parts[2].split(separator: ",").map { Double($0) }
      guard let factor = numbers[0], factor > 0, factor <= 1, !epochs.isEmpty, !epochs.contains(nil) else { return nil }
      course = .steps(epochs: epochs.compactMap { $0 }, factor: factor)
    default: return nil
    }
  }

  var description: String {
    switch course {
    case .constant: "constant"
    case .cosine(end: 0): "cosine"
    case .cosine(let end): "cosine:\(end)"
    case .exponential(let factor, let epochs, _): "exponential:\(factor):\(epochs)"
    case .steps(let epochs, let factor): "steps:\(factor):" + epochs.map { "\($0)" }.joined(separator: ",")
    }
  }

  var defaultValueDescription: String { description }
}
