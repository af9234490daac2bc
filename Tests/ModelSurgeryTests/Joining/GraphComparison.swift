import ModelSurgery
import TFLite

/// Whether two models compute the same: the same operators on the same constants, whatever their numbers and names.
struct GraphComparison {
  private let one: Model
  private let other: Model
  private var pairs: [Int32: Int32] = [:]

  init(_ one: Model, _ other: Model) {
    self.one = one
    self.other = other
  }

  static func areSame(_ one: Model, _ other: Model) -> Bool {
    guard let mine = one.mainSubgraph, let theirs = other.mainSubgraph, mine.inputs.count == theirs.inputs.count,
      mine.outputs.count == theirs.outputs.count
    else { return false }
    var comparison = GraphComparison(one, other)
    for (left, right) in zip(mine.inputs, theirs.inputs) { comparison.pairs[left] = right }
    return comparison.areSame(mine.outputs, theirs.outputs)
  }

  private mutating func isSame(_ left: Int32, _ right: Int32) -> Bool {
    if left < 0 || right < 0 { return left == right }
    if let known = pairs[left] { return known == right }
    pairs[left] = right
    guard let mine = one.subgraphs[0].tensor(left), let theirs = other.subgraphs[0].tensor(right),
      mine.shape == theirs.shape, mine.type == theirs.type, mine.quantization == theirs.quantization,
      one.constant(mine) == other.constant(theirs)
    else { return false }
    let producers = (one.subgraphs[0].producer(of: left), other.subgraphs[0].producer(of: right))
    guard let first = producers.0, let second = producers.1 else { return producers.0 == nil && producers.1 == nil }
    let (a, b) = (one.subgraphs[0].operators[first], other.subgraphs[0].operators[second])
    let versions = (one.operatorCode(of: a)?.version, other.operatorCode(of: b)?.version)
    return one.name(of: a) == other.name(of: b) && versions.0 == versions.1 && a.options == b.options
      && a.options2 == b.options2 && a.customOptions == b.customOptions
      && a.inputs.count == b.inputs.count && a.outputs.firstIndex(of: left) == b.outputs.firstIndex(of: right)
      && areSame(a.inputs, b.inputs)
  }

  private mutating func areSame(_ left: [Int32], _ right: [Int32]) -> Bool {
    for (mine, theirs) in zip(left, right) where !isSame(mine, theirs) { return false }
    return true
  }
}
