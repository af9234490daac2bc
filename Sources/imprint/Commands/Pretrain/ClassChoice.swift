import ArgumentParser

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
