import TFLite

/// The output of a base that each input of a head reads.
struct Seam {
  /// The base's tensor for each input of the head.
  let outputs: [Int32: Int32]

  /// Matches inputs with outputs and checks that they fit.
  ///
  /// - Throws: ``JoinError``.
  init(base: Model, head: Model, match: TensorMatch?) throws(JoinError) {
    guard let before = base.mainSubgraph, !before.outputs.isEmpty else { throw .baseWithoutOutput }
    guard let behind = head.mainSubgraph, !behind.inputs.isEmpty else { throw .headWithoutInput }
    guard !behind.outputs.isEmpty else { throw .headWithoutOutput }
    var named: [WholeName: Int32] = [:]
    for output in before.outputs {
      guard let name = before.tensor(output)?.name, !name.isEmpty else { continue }
      if named[WholeName(name)] == nil { named[WholeName(name)] = output }
    }
    let byName = behind.inputs.map { input in behind.tensor(input)?.name.flatMap { named[WholeName($0)] } }
    let found: [Int32]
    switch match {
    case .name:
      guard byName.allSatisfy({ $0 != nil }) else { throw Self.unmatched(byName, before, behind) }
      found = byName.compactMap { $0 }
    case nil where byName.allSatisfy({ $0 != nil }):
      found = byName.compactMap { $0 }
    case nil where before.outputs.count != behind.inputs.count:
      throw Self.unmatched(byName, before, behind)
    case .position, nil:
      guard before.outputs.count == behind.inputs.count else {
        throw .differentCounts(outputs: before.outputs.count, inputs: behind.inputs.count)
      }
      found = before.outputs
    }
    var mismatches: [TensorMismatch] = []
    for (input, output) in zip(behind.inputs, found) {
      guard let one = before.tensor(output), let other = behind.tensor(input) else { continue }
      let mismatch = TensorMismatch(
        output: one, called: before.label(of: output), input: other, called: behind.label(of: input))
      if let mismatch { mismatches.append(mismatch) }
    }
    guard mismatches.isEmpty else { throw .mismatched(mismatches) }
    guard base.externalBuffers.isEmpty || head.externalBuffers.isEmpty else { throw .bothExternal }
    outputs = Dictionary(zip(behind.inputs, found), uniquingKeysWith: { first, _ in first })
  }

  private static func unmatched(_ found: [Int32?], _ before: SubGraph, _ behind: SubGraph) -> JoinError {
    .unmatched(
      inputs: zip(behind.inputs, found).filter { $0.1 == nil }.map { behind.label(of: $0.0) },
      outputs: before.outputs.map(before.label))
  }
}

/// The differences between an output of a base and the input of a head that should read it.
public struct TensorMismatch: Sendable, Hashable, CustomStringConvertible {
  /// The base's output.
  public let output: String
  /// The head's input.
  public let input: String
  /// The differences, the base's value first, such as `the shape is [1, 1024] and [1, 1000]`.
  public let differences: [String]

  /// Both names and all differences.
  public var description: String {
    "the base's output \(output) and the head's input \(input): \(differences.joined(separator: ", "))"
  }

  /// Compares an output with an input; returns nil if they fit.
  ///
  /// A dimension of unknown size on either side matches any size. Scales may differ by a millionth, the error of
  /// writing them as decimal numbers.
  init?(output: Tensor, called outputName: String, input: Tensor, called inputName: String) {
    var differences: [String] = []
    if !Self.fits(output, input) {
      differences.append("the shape is \(Self.words(output)) and \(Self.words(input))")
    }
    if output.type != input.type { differences.append("the type is \(output.type) and \(input.type)") }
    let (one, other) = (output.quantization, input.quantization)
    let isQuantised = [output.type, input.type].contains { ![.float32, .float16, .bfloat16, .float64].contains($0) }
    if isQuantised {
      let scales = (one?.scale ?? [], other?.scale ?? [])
      let areAlike = scales.0.count == scales.1.count && zip(scales.0, scales.1).allSatisfy(Self.isAlike)
      if !areAlike { differences.append("the scale is \(Self.words(scales.0)) and \(Self.words(scales.1))") }
      let zeroPoints = (one?.zeroPoint ?? [], other?.zeroPoint ?? [])
      if zeroPoints.0 != zeroPoints.1, !(scales.0.isEmpty && scales.1.isEmpty) {
        differences.append("the zero point is \(Self.words(zeroPoints.0)) and \(Self.words(zeroPoints.1))")
      }
      if scales.0.count > 1, areAlike, one?.quantizedDimension != other?.quantizedDimension {
        differences.append(
          "the quantised dimension is \(one?.quantizedDimension ?? 0) and \(other?.quantizedDimension ?? 0)")
      }
    }
    guard !differences.isEmpty else { return nil }
    self.output = outputName
    self.input = inputName
    self.differences = differences
  }

  private static func fits(_ one: Tensor, _ other: Tensor) -> Bool {
    guard one.shape.count == other.shape.count else { return false }
    return one.shape.indices.allSatisfy { dimension in
      one.shape[dimension] == other.shape[dimension] || isOpen(one, dimension) || isOpen(other, dimension)
    }
  }

  private static func isOpen(_ tensor: Tensor, _ dimension: Int) -> Bool {
    let signature = tensor.shapeSignature
    return tensor.shape[dimension] < 0 || (signature.count == tensor.shape.count && signature[dimension] < 0)
  }

  private static func isAlike(_ one: Float, _ other: Float) -> Bool {
    one == other || abs(one - other) <= 1e-6 * max(abs(one), abs(other))
  }

  private static func words(_ tensor: Tensor) -> String {
    "\(tensor.shape.indices.map { isOpen(tensor, $0) ? -1 : tensor.shape[$0] })"
  }

  private static func words(_ numbers: [some CustomStringConvertible]) -> String {
    switch numbers.count {
    case 0: "none"
    case 1: "\(numbers[0])"
    default: "[\(numbers.prefix(4).map { "\($0)" }.joined(separator: ", "))\(numbers.count > 4 ? ", …" : "")]"
    }
  }
}
