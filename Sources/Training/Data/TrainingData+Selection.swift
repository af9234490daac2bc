public import Heads
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension TrainingData {
  /// Splits the examples into training examples and held-back test examples.
  ///
  /// For class folders this is the split of `Split`: the first ⌊ratio · n⌋ of a class's n examples are held back, at
  /// least one, but never all; from the remaining ones, `shots` are drawn at random. Both parts have all labels.
  ///
  /// - Parameters:
  ///   - testRatio: The fraction to hold back, in 0 ..< 1; 0 holds nothing back.
  ///   - shots: The maximum number of training examples per class; by default all.
  ///   - seed: The seed of the drawn shots; it does not affect the held-back examples.
  /// - Throws: `EvaluationError/badTestRatio(_:)`.
  public func split(
    testRatio: Double, shots: Int? = nil, seed: UInt64 = 0
  ) throws(EvaluationError) -> (training: TrainingData, heldBack: TrainingData) {
    let places = places
    return part(
      places, try SplitPlaces(counts: places.map(\.count), testRatio: testRatio, shots: shots, seed: seed))
  }

  /// Draws some training examples of each class at random and holds back all other examples, like `Split`.
  ///
  /// - Parameters:
  ///   - shots: The number of training examples per class, at least one; nothing is held back of a class with no more examples.
  ///   - seed: The seed of the draw.
  public func drawing(shots: Int, seed: UInt64 = 0) -> (training: TrainingData, heldBack: TrainingData) {
    let places = places
    return part(places, SplitPlaces(counts: places.map(\.count), drawing: shots, seed: seed))
  }

  /// Returns the examples of some classes; their labels become the indices into `classes`.
  ///
  /// - Throws: ``TrainingDataError/noSuchClass(_:)``, ``TrainingDataError/ambiguousClass(_:)``,
  ///   ``TrainingDataError/repeatedClass(_:)``, or ``TrainingDataError/emptyClasses(_:)``.
  public func selecting(classes: [String]) throws(TrainingDataError) -> TrainingData {
    var known: [String: Int] = [:]
    var ambiguous: Set<String> = []
    for (label, name) in labels.enumerated() where known.updateValue(label, forKey: name) != nil {
      ambiguous.insert(name)
    }
    var chosen: [Int: Int] = [:]
    for (place, name) in classes.enumerated() {
      guard let label = known[name] else { throw .noSuchClass(name) }
      if ambiguous.contains(name) { throw .ambiguousClass(name) }
      guard chosen.updateValue(place, forKey: label) == nil else { throw .repeatedClass(name) }
    }
    let examples = examples.compactMap { example in
      chosen[example.label].map { TrainingExample(label: $0, picture: example.picture) }
    }
    let present = Set(examples.map(\.label))
    let empty = classes.indices.filter { !present.contains($0) }
    guard empty.isEmpty else { throw .emptyClasses(empty.map { classes[$0] }) }
    return with(examples, labels: classes)
  }

  /// Returns both parts of a split of each class's examples, in the order of the data set.
  private func part(_ places: [[Int]], _ split: SplitPlaces) -> (training: TrainingData, heldBack: TrainingData) {
    let part = { (chosen: [[Int]]) in
      let chosen = zip(places, chosen).flatMap { all, chosen in chosen.map { all[$0] } }.sorted()
      return with(chosen.map { examples[$0] })
    }
    return (part(split.training), part(split.heldBack))
  }
}

extension TrainingData {
  /// A digest of the examples' labels, file names and sizes, which does not depend on the location of their folder.
  ///
  /// - Complexity: O(``count``); the pictures are not read.
  var fingerprint: String {
    get throws {
      let pictures = examples.map { example in
        switch example.picture {
        case .file(let url):
          let names = url.pathComponents.suffix(2).joined(separator: "/")
          return "\(example.label) \(names) \(Self.size(of: url))"
        case .record(let slice):
          return "\(example.label) \(slice.file) \(slice.record) \(slice.bytes)"
        }
      }
      return try Bytes(Array((labels + pictures).joined(separator: "\n").utf8)).sha256
    }
  }

  // `FileManager` returns the size as another type in programs that carry Swift's libraries.
  private static func size(of file: URL) -> Int64 {
    var status = stat()
    return stat(file.path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
