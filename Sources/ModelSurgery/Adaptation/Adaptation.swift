import TFLite

/// A model that can be given the imprinting tail: an image classifier, whose classes stay, or a bare embedding extractor.
///
/// The classifier's logits are W f + b, f being its features. The tail normalises what it is given, which loses ‖f‖ and
/// with it the right weight of the biases. So one element that is always the same, c, is put behind the features, and the
/// biases become the rows' last elements: with f⁺ = (f, c) and W⁺ = (W, b / c)
///
///     W⁺ f⁺ / ‖f⁺‖ = (W f + b) / ‖f⁺‖
///
/// orders the classes of every picture exactly as before, whatever its features' length. c is so small that it adds nothing
/// to the cosines by which classes are imprinted. In Coral's uint8 layout there is no room for it: there the tail is
/// W f / ‖f‖ + b / n, n being the typical ‖f‖.
///
/// ```swift
/// let adaptation = try Adaptation(of: Model(contentsOf: file))
/// let model = try adaptation.model()
/// ```
public struct Adaptation: Sendable, Hashable {
  /// The classifier's head, or nil of a bare extractor.
  public let head: ClassifierHead?
  /// The model up to its features, as a model of its own; its output is one vector of D elements.
  public let extractor: Model
  /// D, the number of features.
  public let dimension: Int

  private let encoding: ElementEncoding

  /// Finds out how a model can be adapted.
  ///
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` and what else ``ClassifierHead/find(in:)`` throws, when it
  ///   cannot.
  /// - Complexity: O(operators × tensors + N D).
  public init(of model: Model) throws(SurgeryError) {
    guard (try? ImprintingTail(of: model)) == nil else {
      throw .cannotAdapt(
        found: model.lastOperators(5), because: "it has the imprinting tail already and can be taught as it is")
    }
    head = try ClassifierHead.find(in: model)
    let (_, output) = try model.onlyInputAndOutput()
    let features = head?.features ?? output
    guard let graph = model.mainSubgraph, let vector = graph.tensor(features),
      let dimension = vector.elementCount
    else { throw .noVector(tensor: "of the features", shape: []) }
    guard dimension <= ImprintingTail.largestDimension else {
      throw .tooLarge(tensor: graph.label(of: features), shape: vector.shape)
    }
    self.dimension = dimension
    encoding = try ElementEncoding(of: vector, label: graph.label(of: features))
    let base = model.cut(at: features)
    if vector.shape.last.map(Int.init) == dimension {
      extractor = base
    } else {
      var builder = GraphBuilder(extending: base, prefix: "Imprinting/")
      extractor = builder.finish(with: try builder.embedding(builder.tensor(base.onlyInputAndOutput().output)))
    }
  }

  /// The model with the imprinting tail.
  ///
  /// The classes of a classifier keep their numbers and come first; a bare extractor gets one class, a row of zeros, to be
  /// replaced. Behind a classifier the tail's scale is such that a class which is imprinted beside the base's comes out
  /// above them where a picture is like its own, and below where it is not: 1.15 times the typical greatest logit. Behind
  /// a bare extractor it is 40.
  ///
  /// - Parameters:
  ///   - layout: How the tail stores its numbers.
  ///   - calibration: What the features are like; by default an estimate, see ``HeadCalibration/init(estimating:)``.
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` when features in float are to get a uint8 tail,
  ///   ``SurgeryError/unsuitable(tensor:because:)`` when the rows to write are beyond 32-bit floats.
  /// What the model says about itself is kept, and completed as
  /// ``TFLite/Model/describeClassifier(name:normalization:labels:)`` does; where it is newer than the schema known here it
  /// stays as it is.
  ///
  /// - Complexity: O(N D).
  public func model(
    layout: TailLayout = .float, calibration: HeadCalibration? = nil
  ) throws(SurgeryError) -> Model {
    var model = try tailed(layout: layout, calibration: calibration)
    try? model.describeClassifier(name: "Image classifier")
    return model
  }

  private func tailed(layout: TailLayout, calibration: HeadCalibration?) throws(SurgeryError) -> Model {
    let (_, features) = try extractor.onlyInputAndOutput()
    var tail = GraphBuilder(extending: extractor, prefix: "Imprinting/")
    let converted = try prepared(tail.tensor(features), in: &tail, for: layout)
    guard let head else { return try tail.finish(with: converted).appendingImprintingTail() }
    let vector = try tail.embedding(converted)
    let known = calibration ?? HeadCalibration(estimating: head)
    let scores: GraphTensor
    switch layout {
    case .float:
      let scale = max(1, 1.15 * known.topLogit)
      let constant = known.featureNorm / 64
      let factor = known.featureNorm / scale
      var rows: [Float] = []
      rows.reserveCapacity(head.classCount * (dimension + 1))
      for row in 0..<head.classCount {
        rows += head.weights[row * dimension..<(row + 1) * dimension].map { $0 * factor }
        rows.append(head.biases[row] / constant * factor)
      }
      try check(rows, scale, of: head)
      let element = try tail.constant(
        "Constant", shape: [1, 1, 1, 1], encoding: .float32, contents: Bytes(ElementEncoding.float32.encode([constant]))
      )
      let extended = try tail.concatenate([vector, element], axis: 3, name: "Extended")
      scores = try tail.imprintingTail(
        behind: extended, scale: scale, encoding: .float32, kernel: .float32, rows: rows,
        biases: Array(repeating: 0, count: head.classCount))
    case .coral:
      // The convolution's output holds [-1, 1]: the scale is the greatest logit that has to fit.
      let greatest = head.logitRange.map { max(-$0.lowerBound, $0.upperBound) } ?? 1.6 * known.topLogit
      let scale = max(1, greatest)
      let rows = head.weights.map { $0 * known.featureNorm / scale }
      try check(rows, scale, of: head)
      scores = try tail.imprintingTail(
        behind: vector, scale: scale, encoding: Self.cosines, kernel: Self.kernel(for: rows), rows: rows,
        biases: head.biases.map { $0 / scale })
    }
    return tail.finish(with: scores)
  }

  /// The features in the tail's own type.
  private func prepared(
    _ features: GraphTensor, in tail: inout GraphBuilder, for layout: TailLayout
  ) throws(SurgeryError) -> GraphTensor {
    switch (layout, encoding) {
    case (.float, .float32), (.coral, .uint8): return features
    case (.float, _): return try tail.dequantize(features, name: "Dequantize")
    case (.coral, .int8(let scale, let zeroPoint)):
      return try tail.quantize(features, to: .uint8(scale: scale, zeroPoint: zeroPoint + 128), name: "Unsigned")
    case (.coral, .float32):
      throw .cannotAdapt(
        found: extractor.lastOperators(5),
        because: "its features are in float, Coral's layout in uint8: take the float layout, or quantise it first")
    }
  }

  private func check(_ rows: [Float], _ scale: Float, of head: ClassifierHead) throws(SurgeryError) {
    guard scale.isFinite, rows.allSatisfy(\.isFinite) else {
      throw .unsuitable(tensor: "of \(head.name)'s weights", because: "its numbers are beyond 32-bit floats")
    }
  }

  /// Over [-1, 1], as the runtime has it for a normalised vector.
  private static let cosines = ElementEncoding.uint8(scale: 1 / 128, zeroPoint: 128)

  /// A range with room for the base's rows, and for imprinted ones: unit vectors whose elements rarely pass 0.5.
  private static func kernel(for rows: [Float]) -> ElementEncoding {
    let least = min(rows.min() ?? 0, 0)
    let greatest = max(rows.max() ?? 0, 0.5)
    // Halved first, so that the difference cannot overflow.
    let scale = (greatest / 2 - least / 2) / 127.5
    return .uint8(scale: scale, zeroPoint: Int(min(max((-least / scale).rounded(), 0), 255)))
  }
}
