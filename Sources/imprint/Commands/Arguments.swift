import ArgumentParser
import Heads
import Imprinting
import Inference
import Training

/// Several values of an option, with commas between.
struct Choices<Value: Choice>: ExpressibleByArgument, Sendable {
  let values: [Value]

  /// Nil where one of them is none, or there is none at all; one that is named twice counts once.
  init?(argument: String) {
    if let all = Value.allChoices, argument == "all" {
      values = all
      return
    }
    var values: [Value] = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Value(choice: word.filter { $0 != " " }) else { return nil }
      if !values.contains(value) { values.append(value) }
    }
    self.values = values
  }
}

/// What can be chosen by name.
protocol Choice: Equatable, Sendable {
  /// What the word `all` stands for, or nil where it is a value like others.
  static var allChoices: [Self]? { get }

  init?(choice: String)
}

extension Shots: Choice {
  static var allChoices: [Shots]? { nil }

  init?(choice: String) { self.init(choice) }
}

/// Numbers from 1 on.
extension Int: Choice {
  static var allChoices: [Int]? { nil }

  init?(choice: String) {
    guard let number = Int(choice), number > 0 else { return nil }
    self = number
  }
}

extension HeadKind: Choice {
  static var allChoices: [HeadKind]? { allCases }

  init?(choice: String) { self.init(rawValue: choice) }
}

/// Some of all classes: the first ones, or those of some names.
enum ClassChoice: ExpressibleByArgument {
  case first(Int)
  case named([String])

  /// Nil where there is no name, or the number is not above 0.
  init?(argument: String) {
    if let count = Int(argument) {
      guard count > 0 else { return nil }
      self = .first(count)
    } else {
      let names = argument.split(separator: ",").map { String($0.drop { $0 == " " }) }
      guard !names.isEmpty else { return nil }
      self = .named(names)
    }
  }

  /// The names of the classes, in the order of all.
  func names(of labels: [String]) -> [String] {
    switch self {
    case .first(let count): Array(labels.prefix(count))
    case .named(let names):
      // Names that are not there stay, to be refused by name.
      labels.filter(names.contains) + names.filter { !labels.contains($0) }
    }
  }
}

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

/// An optimiser by its name.
enum OptimizerKind: String, ExpressibleByArgument, CaseIterable {
  case sgd, rmsprop
}

extension HeadKind: ExpressibleByArgument {}

extension Augmentation: ExpressibleByArgument {
  /// What `--augment` does, for its help.
  static let help = """
    How many views of each picture are learnt from: one, five or thirteen, with its mirror image and parts of it. \
    (default: five of up to \(usualLimit) pictures, else one)
    """
}

extension FineTuning.Part: ExpressibleByArgument {}
