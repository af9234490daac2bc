import Heads
public import LiteRT
import ModelSurgery
public import TFLite

/// A model whose operators on constants have become constants: a normalisation of frozen weights, weights that are stored
/// in fewer bits, a reshaped or transposed kernel.
///
/// The runtime computes them, operator by operator, so they equal bit for bit what the model computes when it runs.
///
/// ```swift
/// let folding = try ConstantFolding(of: Model(contentsOf: file))
/// try folding.model.serialized().write(to: output)
/// ```
public struct ConstantFolding: Sendable {
  /// A tensor that depends on constants alone and was not folded.
  public struct Unfolded: Sendable, Hashable {
    /// Its name, or its number where it has none.
    public let tensor: String
    /// Why it was not folded.
    public let because: String
  }

  /// The model, without the operators that are no longer needed, their tensors and buffers, and whatever else is unused.
  public let model: Model
  /// The tensors that became constants, by name, or by number where they have none.
  public let folded: [String]
  /// The tensors that depend on constants alone and were not folded.
  public let unfolded: [Unfolded]

  /// Folds a model's constants.
  ///
  /// Not folded is what the runtime cannot compute, and what is much larger than the constants it is computed from, such as
  /// a constant that is repeated many times.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - runtime: The runtime; by default one is opened where there is something to fold.
  /// - Throws: ``SurgeryError`` for a model that cannot be followed, has several graphs, or keeps state beside its graph;
  ///   `LiteRTError` where there is no runtime; `TFLiteError` when packed files cannot be written anew.
  /// - Complexity: O(results × (tensors + operators)), and the work of the operators.
  public init(of model: Model, runtime: Runtime? = nil) throws {
    let model = model.forSinglePictures ?? model
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
          let bytes = try Self.compute(tensor, of: model, from: contents, room: room, runtime: runtime)
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

  /// Runs one operator. Its inputs are stored by then, with the sizes that were computed: a wrong shape in a damaged file
  /// does no harm.
  private static func compute(
    _ tensor: Int32, of model: Model, from known: [Int32: Bytes], room: Int, runtime: Runtime
  ) throws -> Bytes {
    guard let (part, input) = model.computing(constantResult: tensor, from: known) else {
      throw Reason("not all of its inputs are known")
    }
    let source = storedBytes(in: part) + input.count
    guard let size = model.mainSubgraph?.tensor(tensor)?.byteCount, size <= growth * source + slack, size <= room else {
      throw Reason("it would take far more bytes than the \(source) that it is computed from")
    }
    try part.checkRunnable()
    let loaded = try LoadedModel(part, runtime: runtime)
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
