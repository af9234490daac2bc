public import TFLite

/// A model that can be given the imprinting tail: an image classifier, whose classes stay, or an embedding extractor.
///
/// The classifier's logits are W f + b, f being its features. The tail normalises its input, which loses ‖f‖ and with it the
/// right weight of the biases. So a constant element c is put behind the features, and the biases become the last elements
/// of the rows: with f⁺ = (f, c) and W⁺ = (W, b / c)
///
///     W⁺ f⁺ / ‖f⁺‖ = (W f + b) / ‖f⁺‖
///
/// orders the classes of every picture exactly as before, whatever the length of its features. c is so small that it adds
/// nothing to the cosines by which classes are imprinted. Coral's uint8 layout has no room for it: there the tail is
/// W f / ‖f‖ + b / n, n being the typical ‖f‖.
///
/// ```swift
/// let adaptation = try Adaptation(of: Model(contentsOf: file))
/// let model = try adaptation.model()
/// ```
public struct Adaptation: Sendable, Hashable {
  /// The classifier's head, or nil of an extractor.
  public let head: ClassifierHead?
  /// The model up to its features as a model of its own, with one vector of D elements as its output.
  public let extractor: Model
  /// D, the number of features.
  public let dimension: Int

  private let encoding: ElementEncoding

  /// Finds the head and the features of a model.
  ///
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)``, and what else ``ClassifierHead/find(in:)`` throws.
  /// - Complexity: O(operators × tensors + N D).
  public init(of model: Model) throws(SurgeryError) {
    let model = model.forSinglePictures ?? model
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

  /// Returns the model with the imprinting tail.
  ///
  /// The classes of a classifier come first, in their order; an extractor gets one class, a row of zeros, to be replaced.
  /// Behind a classifier the tail's scale is 1.15 times the typical greatest logit, so that an imprinted class wins over
  /// those of the base for pictures like its own and loses for others. Behind an extractor it is 40.
  ///
  /// The model's metadata is kept, and completed as ``TFLite/Model/describeClassifier(name:normalization:labels:)`` does;
  /// metadata newer than the schema known here stays as it is.
  ///
  /// - Parameters:
  ///   - layout: How the tail stores its numbers.
  ///   - calibration: The statistics of the features; by default an estimate, see ``HeadCalibration/init(estimating:)``.
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` where features in float would get a uint8 tail,
  ///   ``SurgeryError/badNumbers(of:because:)`` where the rows exceed 32-bit floats.
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
      // The convolution's output is quantised over [-1, 1]: the scale is the greatest logit that has to fit.
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

  /// Adds the operator, if any, that brings the features to the tail's own type.
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
        because: "its features are in float and Coral's layout in uint8: use the float layout, or quantise it first")
    }
  }

  private func check(_ rows: [Float], _ scale: Float, of head: ClassifierHead) throws(SurgeryError) {
    guard scale.isFinite, rows.allSatisfy(\.isFinite) else {
      throw .badNumbers(of: head.name, because: "times the scale they exceed 32-bit floats")
    }
  }

  /// Over [-1, 1], which the runtime requires for a normalised vector.
  private static let cosines = ElementEncoding.uint8(scale: 1 / 128, zeroPoint: 128)

  /// A range for the base's rows and for imprinted ones, unit vectors whose elements rarely exceed 0.5.
  private static func kernel(for rows: [Float]) -> ElementEncoding {
    let least = min(rows.min() ?? 0, 0)
    let greatest = max(rows.max() ?? 0, 0.5)
    // Halved first, so that the difference cannot overflow.
    let scale = (greatest / 2 - least / 2) / 127.5
    return .uint8(scale: scale, zeroPoint: Int(min(max((-least / scale).rounded(), 0), 255)))
  }
}

/// How the imprinting tail of an adapted model stores its numbers.
public enum TailLayout: String, Sendable, Hashable, CaseIterable {
  /// In float, behind a DEQUANTIZE where the base is quantised: the base's answers do not change.
  case float
  /// In uint8 throughout, as Coral's tools read it, and therefore coarser.
  case coral
}

/// The statistics of a classifier's features on the pictures that it is used for, which its weights do not tell.
///
/// In a float tail they do not change which class wins. The sharpness of the scores depends on them, and the balance between
/// the base's classes and those added beside them.
public struct HeadCalibration: Sendable, Hashable {
  /// The mean of ‖f‖, the length of a picture's feature vector.
  public let featureNorm: Float
  /// The mean of a picture's greatest logit.
  public let topLogit: Float

  /// Creates a calibration from measured numbers.
  ///
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` where one is not finite, or the length not positive.
  public init(featureNorm: Float, topLogit: Float) throws(SurgeryError) {
    guard featureNorm.isFinite, featureNorm > 0, topLogit.isFinite else {
      throw .badNumbers(
        of: "the head's calibration",
        because: "the mean length of the features is \(featureNorm), and the mean of the greatest logits \(topLogit)")
    }
    self.featureNorm = featureNorm
    self.topLogit = topLogit
  }

  /// Creates a calibration from numbers that are known to be valid.
  init(measuredNorm: Float, measuredLogit: Float) {
    featureNorm = measuredNorm
    topLogit = measuredLogit
  }

  /// Estimates a calibration from the weights alone.
  ///
  /// With w the mean length of the head's rows: where the logits are quantised, their greatest representable value m is the
  /// greatest of the training, and ‖f‖ ≈ 2.2 m / w, top logit ≈ 0.65 m. Otherwise features are assumed to have a mean square
  /// of 1: ‖f‖ ≈ √D, top logit ≈ 0.28 w √D. On four MobileNets the measured lengths are 0.6 to 1.2 times the first estimate.
  public init(estimating head: ClassifierHead) {
    let dimension = head.dimension
    let lengths = (0..<head.classCount).reduce(0 as Float) { sum, row in
      let elements = head.weights[row * dimension..<(row + 1) * dimension]
      return sum + elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let length = lengths / Float(head.classCount)
    var norm = Float(dimension).squareRoot()
    var top = 0.28 * length * norm
    if let greatest = head.logitRange?.upperBound, greatest > 0, (greatest / length).isFinite {
      norm = 2.2 * greatest / length
      top = 0.65 * greatest
    }
    featureNorm = norm
    topLogit = top.isFinite ? top : 0
  }
}
