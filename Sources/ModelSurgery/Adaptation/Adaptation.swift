public import TFLite

/// A model that is to get the imprinting tail: an image classifier, which keeps its classes, or an embedding extractor.
///
/// The classifier's logits are W f + b, where f are its features. The tail normalises its input, which loses ‖f‖, so
/// the biases would get the wrong weight. Therefore a constant element c is appended to the features, and the biases
/// become the last elements of the rows: with f⁺ = (f, c) and W⁺ = (W, b / c),
///
///     W⁺ f⁺ / ‖f⁺‖ = (W f + b) / ‖f⁺‖
///
/// ranks the classes of every picture exactly as before, whatever the length of its features. c is so small that it
/// does not change the cosines of imprinted classes. In Coral's uint8 layout it cannot be represented: there the tail
/// is W f / ‖f‖ + b / n, where n is the typical ‖f‖.
///
/// ```swift
/// let adaptation = try Adaptation(of: Model(contentsOf: file))
/// let model = try adaptation.model()
/// ```
public struct Adaptation: Sendable, Hashable {
  /// The classifier's head, or nil for an extractor.
  public let head: ClassifierHead?
  /// The part of the model that computes the features, as a separate model whose output is one vector of D elements.
  public let extractor: Model
  /// D, the number of features.
  public let dimension: Int

  private let encoding: ElementEncoding

  /// Finds the head and the features of a model.
  ///
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)``, and the other errors of ``ClassifierHead/find(in:)``.
  /// - Complexity: O(operators × tensors + N D).
  public init(of model: Model) throws(SurgeryError) {
    let model = model.runnableForm ?? model
    // An int8 tail is neither of the layouts that adaptation makes.
    if let tail = try? ImprintingTail(of: model), tail.rowEncoding.type != .int8 {
      throw .cannotAdapt(
        found: model.lastOperators(5),
        because: "it has the imprinting tail already and can learn classes without adaptation")
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
  /// The classes of a classifier come first, in their order. An extractor gets one empty class, a row of zeros.
  /// For a classifier, the tail's scale is 1.15 times the typical greatest logit, so that an imprinted class has the
  /// highest score for pictures like its own, and a base class for other pictures. For an extractor it is 40.
  ///
  /// The model keeps its metadata, which ``TFLite/Model/describeClassifier(name:normalization:labels:)`` completes;
  /// metadata newer than the known schema is not changed.
  ///
  /// - Parameters:
  ///   - layout: How the tail stores its numbers.
  ///   - calibration: The statistics of the features; by default an estimate, see ``HeadCalibration/init(estimating:)``.
  /// - Throws: ``SurgeryError/cannotAdapt(found:because:)`` if float features would get a uint8 tail,
  ///   ``SurgeryError/badNumbers(of:because:)`` if the rows exceed 32-bit floats.
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
      // The convolution's output is quantised over [-1, 1]: the scale is the greatest logit that must fit.
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

  /// Adds the operator, if any, that converts the features to the tail's type.
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
        because: "its features are float and Coral's layout is uint8: use the float layout, or quantise it first")
    }
  }

  private func check(_ rows: [Float], _ scale: Float, of head: ClassifierHead) throws(SurgeryError) {
    guard scale.isFinite, rows.allSatisfy(\.isFinite) else {
      throw .badNumbers(of: head.name, because: "multiplied by the scale, they exceed 32-bit floats")
    }
  }

  /// The encoding over [-1, 1], which the runtime requires for a normalised vector.
  private static let cosines = ElementEncoding.uint8(scale: 1 / 128, zeroPoint: 128)

  /// Returns an encoding whose range holds the base's rows and imprinted rows, unit vectors whose elements rarely
  /// exceed 0.5.
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
  /// In float, after a DEQUANTIZE if the base is quantised: the base's results do not change.
  case float
  /// In uint8 throughout, the layout that Coral's tools read, and therefore coarser.
  case coral
}

/// The statistics of a classifier's features on the pictures that it is used for. Its weights do not determine them.
///
/// In a float tail they do not change which class has the highest score. They affect how sharp the scores are, and the
/// balance between base classes and added classes.
public struct HeadCalibration: Sendable, Hashable {
  /// The mean of ‖f‖, the length of a picture's feature vector.
  public let featureNorm: Float
  /// The mean of a picture's greatest logit.
  public let topLogit: Float

  /// Creates a calibration from measured numbers.
  ///
  /// - Throws: ``SurgeryError/badNumbers(of:because:)`` if one is not finite, or the length is not positive.
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
  /// Let w be the mean length of the head's rows. If the logits are quantised, their greatest representable value m was
  /// the greatest logit in training; then ‖f‖ ≈ 2.2 m / w, top logit ≈ 0.65 m. Otherwise features are assumed to have a
  /// mean square of 1: ‖f‖ ≈ √D, top logit ≈ 0.28 w √D. On four MobileNets the measured lengths are 0.6 to 1.2 times
  /// the first estimate.
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
