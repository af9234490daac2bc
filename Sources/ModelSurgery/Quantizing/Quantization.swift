import TFLite

/// A float model that is to be stored in bytes: what has to be measured of it, and how it then becomes an int8 model.
///
/// ```swift
/// let quantization = try Quantization(of: Model(contentsOf: file))
/// let ranges = try await quantization.ranges(pictures: files)      // Imprinting: runs the model on pictures
/// let model = try quantization.model(ranges: ranges)
/// ```
///
/// A number x is stored as q in −128 … 127 with x = scale (q − zero point). Weights of convolutions have one scale an
/// output channel and the zero point 0, those of a FULLY_CONNECTED one scale in all, which is what older runtimes take.
/// Biases are 32-bit whole numbers in steps of input scale × weight scale. Every other tensor has one scale and zero
/// point, from its range. Tensors whose numbers are only moved share those of their source, and the outputs of SOFTMAX,
/// LOGISTIC, TANH and L2_NORMALIZATION have the ones that LiteRT prescribes.
public struct Quantization: Sendable {
  /// A tensor whose range has to be known.
  public struct Activation: Sendable, Hashable {
    /// Its index in the main subgraph of ``Quantization/source``.
    public let tensor: Int32
    /// Its name, or its number where it has none of its own.
    public let name: String
    /// How many numbers it holds.
    public let count: Int
  }

  /// The float model. Weights in 16-bit floats are widened.
  public let source: Model
  /// The tensors whose ranges have to be known, in the order in which they are computed.
  public let activations: [Activation]
  /// What tells this model from others: a hash of its layers, their names and their weights.
  public let fingerprint: String
  /// How the bytes of a picture stand for the numbers that the first layer takes.
  public let pixels: PixelScale

  /// The model without the layers that bring a picture's numbers to other means and deviations: the scale of the input
  /// takes their place.
  let stripped: Model
  let graph: SubGraph
  let input, output: Int32

  /// Finds out how a model is to be quantised.
  ///
  /// - Parameters:
  ///   - model: A float model with a picture in and one tensor out.
  ///   - pixels: How a picture's bytes become the numbers that the model takes; by default as its metadata has it where
  ///     that is one mean and one deviation, else ``PixelScale/signedUnit``. MUL, ADD, SUB and DIV by one number each that
  ///     come first in the model are joined with it.
  /// - Throws: ``QuantizationError/alreadyQuantized(tensor:type:)``, ``QuantizationError/unsupported(operators:)``,
  ///   ``QuantizationError/notFloat(tensor:type:)``, ``QuantizationError/badWeights(layer:because:)``, and
  ///   ``SurgeryError`` where the model has several inputs or outputs, or is damaged.
  /// - Complexity: O(weights + operators²).
  public init(of model: Model, pixels: PixelScale? = nil) throws {
    try model.checkRunnable()
    let source = try model.withWideWeights()
    let (input, output) = try source.onlyInputAndOutput()
    self.source = source
    (stripped, self.pixels) = source.withoutNormalization(pixels ?? PixelScale(ofMetadataIn: model) ?? .signedUnit)
    try Self.checkTypes(of: stripped)
    guard let graph = stripped.mainSubgraph else { throw SurgeryError.notOneInputAndOutput(inputs: 0, outputs: 0) }
    guard graph.producer(of: output) != nil, self.pixels.isStorable else {
      throw QuantizationError.badWeights(
        layer: graph.label(of: output), because: "no layer computes it of bytes from 0 to 255")
    }
    self.graph = graph
    self.input = input
    self.output = output
    fingerprint = Self.fingerprint(of: stripped)
    let names = Self.names(of: source)
    var activations: [Activation] = []
    let silent = Self.tensorsOnlyClipped(in: stripped)
    for op in graph.operators {
      guard let builtin = stripped.builtinOperator(of: op), QuantizationRule(of: builtin)?.needsRange == true,
        let tensor = op.outputs.first, !silent.contains(tensor), names.indices.contains(Int(tensor))
      else { continue }
      let count = graph.tensor(tensor)?.elementCount ?? 0
      activations.append(Activation(tensor: tensor, name: names[Int(tensor)], count: count))
    }
    self.activations = activations
    try checkWeights()
  }

  /// A name for each tensor that no other has.
  private static func names(of model: Model) -> [String] {
    let tensors = model.mainSubgraph?.tensors ?? []
    var seen: Set<String> = []
    return tensors.enumerated().map { index, tensor in
      var own = tensor.name?.string ?? ""
      while own.isEmpty || !seen.insert(own).inserted { own += "#\(index)" }
      return own
    }
  }

  /// Outputs that only a RELU or the like reads: what it cuts off needs no room, so that they share its range.
  static func tensorsOnlyClipped(in model: Model) -> Set<Int32> {
    guard let graph = model.mainSubgraph else { return [] }
    var readers: [Int32: [Operator]] = [:]
    for op in graph.operators { for tensor in op.inputs { readers[tensor, default: []].append(op) } }
    let clips: Set<BuiltinOperator> = [.relu, .relu6]
    return Set(
      graph.operators.flatMap(\.outputs).filter { tensor in
        let readers = readers[tensor] ?? []
        return readers.count == 1 && !graph.outputs.contains(tensor)
          && model.builtinOperator(of: readers[0]).map(clips.contains) == true
      })
  }
}
