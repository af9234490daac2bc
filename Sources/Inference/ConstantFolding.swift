import Heads
public import LiteRT
import ModelSurgery
public import TFLite

/// Constant folding: replaces operators on constants by their results. Examples are a normalisation of frozen weights,
/// weights stored in fewer bits, and a reshaped or transposed kernel.
///
/// The runtime computes each result, so the folded model gives the same output, bit for bit.
///
/// ```swift
/// let folding = try ConstantFolding(of: Model(contentsOf: file))
/// try folding.model.serialized().write(to: output)
/// ```
public struct ConstantFolding: Sendable {
  /// A tensor that depends only on constants but was not folded.
  public struct Unfolded: Sendable, Hashable {
    /// The tensor's name, or its number where it has no name.
    public let tensor: String
    /// The reason.
    public let because: String
  }

  /// The folded model, without unused operators, tensors and buffers.
  public let model: Model
  /// The names of the tensors that became constants, or the numbers of tensors without a name.
  public let folded: [String]
  /// The tensors that depend only on constants but were not folded.
  public let unfolded: [Unfolded]

  /// Folds a model's constants.
  ///
  /// A result is not folded if the runtime cannot compute it, or if it is much larger than the constants from which it is
  /// computed, such as a constant that is repeated many times.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - runtime: The runtime; by default one is opened if there is anything to fold.
  ///   - trial: Tries an operator that is not fully checked in a separate process; see ``Execution/trial``.
  /// - Throws: `SurgeryError` for a model whose graph cannot be analysed, that has several graphs, or that stores state
  ///   outside its graph; `LiteRTError` where there is no runtime; `TFLiteError` when packed files cannot be rewritten.
  /// - Complexity: O(results × (tensors + operators)), and the work of the operators.
  public init(of model: Model, runtime: Runtime? = nil, trial: Execution.ModelTrial? = nil) throws {
    let model = model.runnableForm ?? model
    let results = try model.constantResults()
    var contents: [Int32: Bytes] = [:]
    var unfolded: [Unfolded] = []
    var room = Self.growth * Self.storedBytes(in: model) + Self.slack
    if !results.isEmpty {
      let runtime = try runtime ?? Runtime()
      for tensor in results {
        do {
          guard contents.count + unfolded.count < Self.mostResults else {
            throw Reason("there are more than \(Self.mostResults) of them")
          }
          let bytes = try Self.compute(
            tensor, of: model, from: contents, room: room, runtime: runtime, trial: trial)
          room -= bytes.count
          contents[tensor] = bytes
        } catch {
          unfolded.append(Unfolded(tensor: model.mainSubgraph?.label(of: tensor) ?? "", because: "\(error)"))
        }
      }
    }
    (self.model, folded) = try model.storing(contents)
    self.unfolded = unfolded
  }

  /// Runs one operator. Its inputs are stored with their computed sizes, so a wrong shape in a damaged file does no harm.
  private static func compute(
    _ tensor: Int32, of model: Model, from known: [Int32: Bytes], room: Int, runtime: Runtime,
    trial: Execution.ModelTrial?
  ) throws -> Bytes {
    guard let (part, input) = model.computing(constantResult: tensor, from: known) else {
      throw Reason("not all of its inputs are known")
    }
    let source = storedBytes(in: part) + input.count
    guard let size = model.mainSubgraph?.tensor(tensor)?.byteCount, size <= growth * source + slack, size <= room else {
      throw Reason("it would take far more bytes than the \(source) from which it is computed")
    }
    try part.checkRunnable()
    let file = try Bytes(part.serialized().bytes())
    try Execution.tryOut(part, file: file, by: trial)
    let loaded = try LoadedModel(file: file, runtime: runtime)
    let compiled = try CompiledModel(loaded, hardware: .cpu(threads: 1))
    guard compiled.output.byteCount == size, compiled.input.byteCount == input.count else {
      throw Reason("its shape or that of an input is wrong")
    }
    return try compiled.run(
      fill: { buffer in input.withUnsafeBytes { buffer.copyMemory(from: $0) } }, read: { Bytes(Array($0)) })
  }

  private static func storedBytes(in model: Model) -> Int { model.buffers.reduce(0) { $0 + ($1.data?.count ?? 0) } }

  // A float takes four times a byte; the rest is for broadcast shapes.
  private static let growth = 8
  private static let slack = 1 << 20
  private static let mostResults = 2048

  private struct Reason: Error, CustomStringConvertible {
    let description: String
    init(_ words: String) { description = words }
  }
}
