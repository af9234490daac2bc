import TFLite

extension Model {
  /// Checks that an operator whose output's size follows from a constant makes what the file says it makes.
  ///
  /// The runtime computes the size anew, so a PAD, TILE or RANGE of a few bytes can take terabytes. Other operators take sizes
  /// from their inputs, which ``checkRunnable()`` bounds.
  ///
  /// - Throws: ``SurgeryError/badOperator(_:number:because:)``.
  func checkSizes(of op: Operator, number: Int, in graph: SubGraph) throws(SurgeryError) {
    guard let made = madeShape(by: op, in: graph), let output = op.outputs.first.flatMap({ graph.tensor($0) }) else {
      return
    }
    let isAsStored =
      made.count == output.shape.count
      && zip(made, output.shape).allSatisfy { made, stored in made == .some(Int(stored)) || stored == -1 && made != nil
      }
    let size = made.reduce(Int?.some(1)) { size, dimension in
      guard let size, let dimension, dimension >= 0 else { return nil }
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      return overflow ? nil : product
    }
    guard isAsStored, let size, size <= Self.mostElements else {
      let shape = made.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
      throw .badOperator(
        name(of: op), number: number, because: "it makes [\(shape)] where the file says \(output.shape)")
    }
  }

  /// The limit on the elements of one tensor whose size a constant decides.
  private static let mostElements = 1 << 27

  /// Returns the shape that an operator makes of a constant, nil for a dimension that is negative or too large; nil where
  /// the size does not come from a constant.
  private func madeShape(by op: Operator, in graph: SubGraph) -> [Int?]? {
    func shape(_ place: Int) -> [Int]? {
      guard let tensor = op.inputs.dropFirst(place).first.flatMap({ graph.tensor($0) }),
        tensor.shape.allSatisfy({ $0 >= 0 })
      else { return nil }
      return tensor.shape.map(Int.init)
    }
    func numbers(_ place: Int) -> [Int]? {
      op.inputs.dropFirst(place).first.flatMap { graph.tensor($0) }.flatMap { wholeNumbers(of: $0) }
    }
    func checked(_ count: Int) -> Int? { count >= 0 && count <= Self.mostElements ? count : nil }
    switch builtinOperator(of: op) {
    case .pad, .padV2, .mirrorPad:
      guard let before = shape(0), let pads = numbers(1), pads.count == 2 * before.count else { return nil }
      return before.indices.map { place in
        let (first, second) = (pads[2 * place], pads[2 * place + 1])
        guard let first = checked(first), let second = checked(second) else { return nil }
        return checked(before[place] + first + second)
      }
    case .tile:
      guard let before = shape(0), let times = numbers(1), times.count == before.count else { return nil }
      return zip(before, times).map { size, times in
        guard let size = checked(size), let times = checked(times) else { return nil }
        return checked(size * times)
      }
    case .broadcastTo: return numbers(1)?.map(checked)
    case .fill, .transposeConv: return numbers(0)?.map(checked)
    case .resizeBilinear, .resizeNearestNeighbor:
      guard let before = shape(0), before.count == 4, let size = numbers(1), size.count == 2 else { return nil }
      return [before[0], checked(size[0]), checked(size[1]), before[3]]
    case .range:
      guard let start = numbers(0)?.first, let limit = numbers(1)?.first, let step = numbers(2)?.first, step != 0,
        step != Int.min, case let (distance, overflow) = limit.subtractingReportingOverflow(start), !overflow
      else { return nil }
      guard distance != 0, (step > 0) == (distance > 0) else { return [0] }
      return [Int(exactly: (distance.magnitude - 1) / step.magnitude + 1).flatMap(checked)]
    default: return nil
    }
  }
}
