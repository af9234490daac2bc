import Foundation
import Imprinting

/// Measures one size. Each size runs in a separate process, so that its peak memory can be measured.
///
///     growth stream PICTURES CLASSES DIMENSION BUDGET [blas]   adds embeddings to a set
///     growth head PICTURES CLASSES DIMENSION                   solves for the analytic head, with leave-one-out
///     growth sums CLASSES DIMENSION                            solves for the head from sums; writes and reads their file
///     growth add CLASSES DIMENSION                             adds one picture and solves again
///     growth merge FILES CLASSES DIMENSION                     merges files of sums, and reads them
///
/// It prints the results as one line of JSON.
@main
struct Growth {
  static func main() throws {
    let words = CommandLine.arguments.dropFirst()
    let numbers = words.dropFirst().compactMap(Int.init)
    switch (words.first, numbers.count) {
    case ("stream", 4):
      report(
        try Stream(
          pictures: numbers[0], classes: numbers[1], dimension: numbers[2], budget: numbers[3],
          besideProduct: words.last == "blas"
        ).run())
    case ("head", 3): report(try Solving(classes: numbers[1], dimension: numbers[2]).whole(pictures: numbers[0]))
    case ("sums", 2): report(try Solving(classes: numbers[0], dimension: numbers[1]).sums())
    case ("add", 2): report(try Solving(classes: numbers[0], dimension: numbers[1]).adding())
    case ("merge", 3):
      report(try Merging(files: numbers[0], classes: numbers[1], dimension: numbers[2]).run())
    default:
      FileHandle.standardError.write(
        Data("usage: growth stream|head|sums|add|merge NUMBER...; see Growth.swift\n".utf8))
      exit(64)
    }
  }

  /// Returns the time that some work takes, in seconds.
  static func seconds(_ work: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure { try work() } / .seconds(1)
  }

  private static func report(_ found: [String: Double]) {
    let parts = found.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    print("{\(parts.joined(separator: ", "))}")
  }
}
