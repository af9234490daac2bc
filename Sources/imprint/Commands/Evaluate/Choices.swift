import ArgumentParser
import Heads
import Imprinting
import Inference

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
