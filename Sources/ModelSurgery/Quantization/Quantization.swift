public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The int8 quantisation of a float model: which tensors to measure, and the conversion.
///
/// ```swift
/// let quantization = try Quantization(of: Model(contentsOf: file))
/// let ranges = try await quantization.ranges(pictures: files)      // Imprinting: runs the model on pictures
/// let model = try quantization.model(ranges: ranges)
/// ```
///
/// A value x is stored as q in −128 … 127 with x = scale (q − zero point). Weights of convolutions have one scale per
/// output channel and the zero point 0; weights of FULLY_CONNECTED have a single scale, as older runtimes require.
/// Biases are 32-bit integers in steps of input scale × weight scale. Every other tensor has one scale and zero point,
/// from its range. Tensors whose elements are only moved share the scale and zero point of their source. The outputs of
/// SOFTMAX, LOGISTIC, TANH and L2_NORMALIZATION have the scales that LiteRT prescribes.
public struct Quantization: Sendable {
  /// A tensor whose range must be measured.
  public struct Activation: Sendable, Hashable {
    /// Its index in the main subgraph of ``Quantization/source``.
    public let tensor: Int32
    /// Its name, made unique by its index where necessary.
    public let name: String
    /// The number of its elements.
    public let count: Int
  }

  /// The float model, with 16-bit float weights widened.
  public let source: Model
  /// The tensors whose ranges must be measured, in execution order.
  public let activations: [Activation]
  /// A hash of the model's layers, their names and their weights, which identifies the model.
  public let fingerprint: String
  /// How a picture's bytes map to the input values of the first layer.
  public let pixels: PixelScale

  /// The model without the layers that normalise its input; the scale of the input takes their place.
  let stripped: Model
  let graph: SubGraph
  let input, output: Int32

  /// Prepares the quantisation of a model.
  ///
  /// - Parameters:
  ///   - model: A float model with one input, a picture, and one output.
  ///   - pixels: How a picture's bytes map to the model's input; by default as the metadata states if that is one mean
  ///     and deviation, otherwise ``PixelScale/signedUnit``. MUL, ADD, SUB and DIV by one number at the start of the
  ///     model are merged with it.
  /// - Throws: ``QuantizationError/alreadyQuantized(tensor:type:)``, ``QuantizationError/unsupported(operators:)``,
  ///   ``QuantizationError/notFloat(tensor:type:)``, ``QuantizationError/badWeights(layer:because:)``, and
  ///   ``SurgeryError`` if the model has several inputs or outputs, or is damaged.
  /// - Complexity: O(weights + operators²).
  public init(of model: Model, pixels: PixelScale? = nil) throws {
    try model.checkRunnable()
    let model = model.runnableForm ?? model
    let source = try model.withWideWeights()
    let (input, output) = try source.onlyInputAndOutput()
    self.source = source
    (stripped, self.pixels) = source.withoutNormalization(pixels ?? PixelScale(ofMetadataIn: model) ?? .signedUnit)
    try Self.checkTypes(of: stripped)
    guard let graph = stripped.mainSubgraph else { throw SurgeryError.notOneInputAndOutput(inputs: 0, outputs: 0) }
    guard graph.producer(of: output) != nil, self.pixels.isStorable else {
      throw QuantizationError.badWeights(
        layer: graph.label(of: output), because: "no layer computes it from bytes of 0 to 255")
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

  /// Returns a unique name for each tensor.
  private static func names(of model: Model) -> [String] {
    let tensors = model.mainSubgraph?.tensors ?? []
    var used: Set<String> = []
    return tensors.enumerated().map { index, tensor in
      var own = tensor.name?.string ?? ""
      while own.isEmpty || !used.insert(own).inserted { own += "#\(index)" }
      return own
    }
  }

  /// Returns the tensors that only a RELU or RELU6 reads. They share its range, because the values that it clips need
  /// not be represented.
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

extension Quantization {
  /// Checks that the model is float and all its operators can be quantised.
  static func checkTypes(of model: Model) throws {
    guard let graph = model.mainSubgraph else { throw SurgeryError.notOneInputAndOutput(inputs: 0, outputs: 0) }
    let quantised: Set<TensorType> = [.int8, .uint8, .int16, .int4]
    for (index, tensor) in graph.tensors.enumerated() where quantised.contains(tensor.type) {
      throw QuantizationError.alreadyQuantized(tensor: graph.label(of: Int32(clamping: index)), type: tensor.type.name)
    }
    var foreign: [String] = []
    for op in graph.operators {
      guard let builtin = model.builtinOperator(of: op), QuantizationRule(of: builtin) != nil, op.outputs.count == 1
      else {
        let name = model.name(of: op)
        if !foreign.contains(name) { foreign.append(name) }
        continue
      }
      if let activation = activation(of: op), ![.none, .relu, .relu6, .reluN1To1].contains(activation) {
        let name = "\(model.name(of: op)) with \(activation.name)"
        if !foreign.contains(name) { foreign.append(name) }
      }
    }
    if model.subgraphs.count > 1 { foreign.append("those of \(model.subgraphs.count - 1) further graphs") }
    guard foreign.isEmpty else { throw QuantizationError.unsupported(operators: foreign) }
    for op in graph.operators {
      for index in op.inputs + op.outputs {
        guard let tensor = graph.tensor(index), tensor.type != .float32 else { continue }
        // A list of dimensions, a shape, paddings.
        guard [.int32, .int64].contains(tensor.type), model.constant(tensor) != nil else {
          throw QuantizationError.notFloat(tensor: graph.label(of: index), type: tensor.type.name)
        }
      }
    }
  }

  /// Returns the fused activation of an operator, or nil if it has none.
  private static func activation(of op: Operator) -> ActivationFunction? {
    guard let options = op.options, let number = options.integer("fused_activation_function") else { return nil }
    return ActivationFunction(rawValue: Int8(clamping: number))
  }

  /// Checks that all layers have weights and biases of the right sizes, and that every constant is finite.
  func checkWeights() throws {
    for op in graph.operators {
      guard let builtin = stripped.builtinOperator(of: op), let rule = QuantizationRule(of: builtin) else { continue }
      if case .layer(let dimension) = rule {
        _ = try QuantizableLayer(op, scales: dimension, of: stripped)
      } else {
        for index in op.inputs {
          guard let tensor = graph.tensor(index), tensor.type == .float32, stripped.constant(tensor) != nil else {
            continue
          }
          _ = try stripped.floats(of: index)
        }
      }
    }
  }
}

extension Quantization {
  /// A float model whose output is the concatenation of several tensors of the source.
  public struct Probe: Sendable {
    /// The model; its output has the shape `[1, N]`.
    public let model: Model
    /// The tensors and their ranges in the output.
    public let parts: [(activation: Activation, range: Range<Int>)]
  }

  /// Returns models that together compute all ``activations``.
  ///
  /// - Parameter limit: The maximum number of elements of one model's output, which limits memory; a larger tensor gets
  ///   its own model.
  /// - Throws: ``SurgeryError``.
  public func probes(limit: Int = 1 << 23) throws(SurgeryError) -> [Probe] {
    var groups: [[Activation]] = []
    var size = 0
    for activation in activations {
      if groups.isEmpty || size + activation.count > limit {
        groups.append([])
        size = 0
      }
      groups[groups.count - 1].append(activation)
      size += activation.count
    }
    var probes: [Probe] = []
    for group in groups {
      var builder = GraphBuilder(extending: source, prefix: "Probe/")
      var vectors: [GraphTensor] = []
      var parts: [(activation: Activation, range: Range<Int>)] = []
      var start = 0
      for activation in group {
        let name = String(vectors.count)
        vectors.append(
          try builder.reshape(
            builder.tensor(activation.tensor), to: [1, Int32(clamping: activation.count)], name: name,
            shapeName: name + "/shape"))
        parts.append((activation, start..<start + activation.count))
        start += activation.count
      }
      let all = vectors.count == 1 ? vectors[0] : try builder.concatenate(vectors, axis: 1, name: "all")
      probes.append(Probe(model: builder.finish(with: all).cut(at: all.index), parts: parts))
    }
    return probes
  }
}

extension Quantization {
  /// Returns a hash of a model's layers, their names and constants, as 16 hexadecimal digits.
  ///
  /// Metadata does not affect it.
  static func fingerprint(of model: Model) -> String {
    var hash = WordHash()
    guard let graph = model.mainSubgraph else { return hash.text }
    for op in graph.operators {
      hash.add(UInt64(bitPattern: Int64(model.builtinOperator(of: op)?.rawValue ?? -1)))
      hash.add(Bytes(Array((op.options.map { "\($0)" } ?? "").utf8)))
      for index in op.inputs + op.outputs {
        guard let tensor = graph.tensor(index) else {
          hash.add(UInt64.max)
          continue
        }
        hash.add(Bytes(Array((tensor.name?.string ?? "").utf8)))
        for size in tensor.shape { hash.add(UInt64(bitPattern: Int64(size))) }
        if let data = model.constant(tensor) { hash.add(data) }
      }
    }
    return hash.text
  }
}

/// FNV-1a on 64-bit words: detects mistakes, not attacks.
private struct WordHash {
  private var state: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ word: UInt64) {
    state = (state ^ word) &* 0x0000_0100_0000_01B3
    // Multiplication moves differences only to higher bits; this step moves them back to lower bits.
    state ^= state >> 29
  }

  mutating func add(_ bytes: Bytes) {
    add(UInt64(bytes.count))
    bytes.withUnsafeBytes { bytes in
      let words = bytes.count / 8
      for place in 0..<words {
        add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * place, as: UInt64.self)))
      }
      for place in 8 * words..<bytes.count { add(UInt64(bytes[place])) }
    }
  }

  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Why a model cannot be quantised.
public struct QuantizationError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case alreadyQuantized, unsupported, notFloat, badWeights, notFinite, scalesCollide, missingRange, badRange
    case foreignRanges, badRangesFile, noRecordedRanges
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The model, or a part of it, is quantised already: a tensor and its type.
  public static func alreadyQuantized(tensor: String, type: String) -> Self {
    Self(
      code: .alreadyQuantized, message: "the model is quantised already: its tensor \(tensor) is \(type)",
      remedy: "start from a float model")
  }

  /// The named operators have no int8 form here.
  public static func unsupported(operators: [String]) -> Self {
    let names = operators.joined(separator: ", ")
    return Self(
      code: .unsupported, message: "the model cannot be quantised: its operators \(names) have no int8 form here",
      remedy: nil)
  }

  /// A tensor is not of 32-bit floats where those are needed.
  public static func notFloat(tensor: String, type: String) -> Self {
    Self(
      code: .notFloat, message: "the tensor \(tensor) is \(type), where a float model has FLOAT32", remedy: nil)
  }

  /// The weights or biases of a layer are not constants of the file, or do not fit it.
  public static func badWeights(layer: String, because reason: String) -> Self {
    Self(code: .badWeights, message: "the layer \(layer) cannot be quantised: \(reason)", remedy: nil)
  }

  /// A tensor holds a number that is infinite or NaN when the model runs.
  public static func notFinite(tensor: String) -> Self {
    Self(
      code: .notFinite,
      message: "the tensor \(tensor) holds a number that is infinite or NaN for a calibration picture",
      remedy: "check the weights for damage, and their training for divergence")
  }

  /// A tensor would need two scales: an operator connects tensors with different prescribed scales.
  public static func scalesCollide(tensor: String) -> Self {
    Self(
      code: .scalesCollide,
      message: "the model cannot be quantised: the tensor \(tensor) would need two different scales at once",
      remedy: nil)
  }

  /// No range was measured for a tensor.
  public static func missingRange(tensor: String) -> Self {
    Self(
      code: .missingRange, message: "no range was measured for the tensor \(tensor)",
      remedy: "measure the ranges of this model again")
  }

  /// A measured range has an end that is not finite, or its ends are in the wrong order.
  public static func badRange(tensor: String, lower: Float, upper: Float) -> Self {
    Self(
      code: .badRange, message: "the range of the tensor \(tensor), \(lower) to \(upper), is invalid",
      remedy: "measure the ranges of this model again")
  }

  /// The ranges were measured with another model; both are named by their fingerprints.
  public static func foreignRanges(measuredWith: String, model: String) -> Self {
    Self(
      code: .foreignRanges,
      message: "the ranges were measured with another model (\(measuredWith), this one is \(model))",
      remedy: "measure the ranges of this model on pictures")
  }

  /// A file of ranges cannot be used.
  public static func badRangesFile(path: String, because reason: String) -> Self {
    Self(code: .badRangesFile, message: "the ranges in \(path) cannot be used: \(reason)", remedy: nil)
  }

  /// No measured ranges are known for an architecture.
  public static func noRecordedRanges(architecture: String) -> Self {
    Self(
      code: .noRecordedRanges, message: "no measured ranges are known for \(architecture)",
      remedy: "measure the ranges of its float model on pictures")
  }
}
