import ArgumentParser

/// Numbers of pictures, with commas between.
struct ShotCounts: ExpressibleByArgument, CustomStringConvertible {
  let values: [Int]

  init(values: [Int]) { self.values = values }

  /// Nil where one of them is no number from 1 on, or comes twice.
  init?(argument: String) {
    let values = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let known = values.compactMap { $0 }
    guard known.count == values.count, known.allSatisfy({ $0 > 0 }), Set(known).count == known.count else { return nil }
    self.values = known
  }

  var description: String { values.map(String.init).joined(separator: ",") }

  var defaultValueDescription: String { description }
}
