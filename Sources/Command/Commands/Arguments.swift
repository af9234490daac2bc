public import ArgumentParser
public import Heads
public import Imprinting
public import Inference
public import LiteRT
public import ModelSurgery
public import Pictures
public import Training

// Types of the library as values of options.

extension Device: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension EdgeTPUSettings.Performance: ExpressibleByArgument {}

extension Resize: ExpressibleByArgument {
  /// The values, for help texts.
  static let values = "crop, crop:FRACTION such as crop:0.875, squash, pad, linear or nearest"

  public init?(argument: String) { self.init(argument) }
}

extension Augmentation: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public static var allValueStrings: [String] { allCases.map(\.description) }
  public static var allValueDescriptions: [String: String] { [:] }

  /// What the values mean, for help texts.
  static let views = "one view (none), or in five or thirteen mirrored and cropped views"
}

extension UnknownAnswers: ExpressibleByArgument {
  public init?(argument: String) {
    if argument.lowercased() == "never" {
      self = .never
    } else if let rate = Double(argument), (0..<1).contains(rate) {
      self = .atRate(rate)
    } else {
      return nil
    }
  }
}

extension LabelFormat: ExpressibleByArgument {}

extension PublishedModel: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }

  public var defaultValueDescription: String { name }
  public static var allValueStrings: [String] { all.map(\.name) }
  public static var allValueDescriptions: [String: String] { [:] }
}

/// The value `folder=name` of `train --rename`.
struct ClassRenaming: ExpressibleByArgument {
  let old: String
  let new: String

  init(old: String, new: String) { (self.old, self.new) = (old, new) }

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    self.init(old: parts[0], new: parts[1])
  }
}

extension Episodes.HeldBack: ExpressibleByArgument {}

extension TailLayout: ExpressibleByArgument {}

extension TensorMatch: ExpressibleByArgument {}

extension ByteType: ExpressibleByArgument {}

extension WeightGrid: ExpressibleByArgument {}

extension FineTuning.Part: ExpressibleByArgument {}

extension Architecture: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { known.map(\.name) }
}

// MARK: Option types that only the command uses

/// The arithmetic of uint8 models: a fixed one, or the faster one on this processor.
enum ArithmeticChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, exact, int8

  /// The arithmetic, or nil to let the processor decide.
  var arithmetic: Arithmetic? {
    switch self {
    case .auto: nil
    case .exact: .exact
    case .int8: .int8
    }
  }
}

/// A head method by name.
struct HeadChoice: ExpressibleByArgument, Equatable {
  let name: String

  init?(argument: String) {
    guard HeadMethods.names.contains(argument) else { return nil }
    name = argument
  }

  /// The method with its default settings.
  var method: any HeadMethod { HeadMethods.named(name) ?? Analytic() }

  static var all: [HeadChoice] { HeadMethods.names.compactMap { HeadChoice(argument: $0) } }
  static var allValueStrings: [String] { HeadMethods.names }
}

/// An optimiser by name.
enum OptimizerKind: String, ExpressibleByArgument, CaseIterable {
  case sgd, rmsprop
}

/// A learning-rate schedule in the notation of the command line.
struct RateSchedule: ExpressibleByArgument, CustomStringConvertible {
  static let words = "constant, cosine, cosine:END, steps:FACTOR:EPOCH,EPOCH,… or exponential:FACTOR:EPOCHS"

  let schedule: LearningRate.Schedule

  init(_ schedule: LearningRate.Schedule) { self.schedule = schedule }

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.dropFirst().map { Double($0) }
    switch (parts.first, parts.count) {
    case ("constant", 1): schedule = .constant
    case ("cosine", 1): schedule = .cosine(end: 0)
    case ("cosine", 2):
      guard let end = numbers[0], end >= 0, end <= 1 else { return nil }
      schedule = .cosine(end: end)
    case ("exponential", 3):
      guard let factor = numbers[0], let epochs = numbers[1], factor > 0, factor <= 1, epochs > 0 else { return nil }
      schedule = .exponential(factor: factor, epochs: epochs, isStaircase: true)
    case ("steps", 3):
      let epochs = parts[2].split(separator: ",").map { Double($0) }
      guard let factor = numbers[0], factor > 0, factor <= 1, !epochs.isEmpty, !epochs.contains(nil) else { return nil }
      schedule = .steps(epochs: epochs.compactMap { $0 }, factor: factor)
    default: return nil
    }
  }

  var description: String {
    switch schedule {
    case .constant: "constant"
    case .cosine(end: 0): "cosine"
    case .cosine(let end): "cosine:\(end)"
    case .exponential(let factor, let epochs, _): "exponential:\(factor):\(epochs)"
    case .steps(let epochs, let factor): "steps:\(factor):" + epochs.map { "\($0)" }.joined(separator: ",")
    }
  }

  var defaultValueDescription: String { description }
}

/// A choice of classes: the first ones, or those with certain names.
enum ClassChoice: ExpressibleByArgument {
  case first(Int)
  case named([String])

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

  /// Returns the names of the classes, in the order of `labels`. Unknown names come last, so that an error can report them.
  func names(of labels: [String]) -> [String] {
    switch self {
    case .first(let count): Array(labels.prefix(count))
    case .named(let names): labels.filter(names.contains) + names.filter { !labels.contains($0) }
    }
  }
}

/// Several values of an option, separated by commas. A value given twice counts once.
struct Choices<Value: Choice>: ExpressibleByArgument, Sendable {
  let values: [Value]

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

/// A value that ``Choices`` can hold.
protocol Choice: Equatable, Sendable {
  /// The values that the word `all` stands for, or nil if it has no such meaning.
  static var allChoices: [Self]? { get }

  init?(choice: String)
}

extension Shots: Choice {
  static var allChoices: [Shots]? { nil }

  init?(choice: String) { self.init(choice) }
}

/// Numbers from 1.
extension Int: Choice {
  static var allChoices: [Int]? { nil }

  init?(choice: String) {
    guard let number = Int(choice), number > 0 else { return nil }
    self = number
  }
}

extension HeadChoice: Choice {
  static var allChoices: [HeadChoice]? { all }

  init?(choice: String) { self.init(argument: choice) }
}
