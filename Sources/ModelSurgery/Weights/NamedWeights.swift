import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The weights of a network by name, as a training framework saves them.
///
/// ```swift
/// let weights = try NamedWeights(contentsOf: URL(filePath: "efficientnet-lite0.pth"))
/// weights["_fc.weight"]?.shape   // [1000, 1280]
/// ```
public struct NamedWeights: Sendable, Hashable {
  /// The names, in the file's order.
  public let names: [String]
  private let tensors: [String: WeightTensor]

  /// Weights of some names, which keep their order; the last one of a name counts.
  public init(_ weights: [(name: String, tensor: WeightTensor)]) {
    tensors = Dictionary(weights.map { ($0.name, $0.tensor) }, uniquingKeysWith: { _, last in last })
    var seen: Set<String> = []
    names = weights.map(\.name).filter { seen.insert($0).inserted }
  }

  /// The tensor of a name, or nil where there is none.
  public subscript(_ name: String) -> WeightTensor? { tensors[name] }

  /// Reads a file, which is mapped into memory.
  ///
  /// - Throws: ``WeightsError/cannotRead(path:reason:)`` when the file cannot be opened, and what
  ///   ``init(bytes:)`` throws.
  public init(contentsOf file: URL) throws(WeightsError) {
    let bytes: Bytes
    do throws(TFLiteError) {
      bytes = try Bytes(mapping: file)
    } catch {
      if case .cannotRead(let path, let reason) = error { throw .cannotRead(path: path, reason: reason) }
      throw .cannotRead(path: file.path, reason: "\(error)")
    }
    try self.init(bytes: bytes)
  }

  /// Reads the bytes of a file: a PyTorch state file of either layout, or safetensors.
  ///
  /// Elements of the types float32, float16, bfloat16, float64 and int64 become 32-bit floats. A float32 tensor in
  /// row-major order is referenced where it lies; others are copied. Of a checkpoint with an entry `state_dict` that
  /// entry is read. A pickle can construct nothing but tensors and plain containers, whatever it holds.
  ///
  /// - Throws: ``WeightsError``, whatever the bytes are.
  /// - Complexity: O(the number of bytes), in time and in memory.
  public init(bytes: Bytes) throws(WeightsError) {
    let stored: [(name: String, tensor: StoredTensor)]
    if bytes.starts(with: ZipArchive.localSignature) {
      stored = try ZippedState.read(bytes)
    } else if bytes.starts(with: OlderState.start) {
      stored = try OlderState.read(bytes)
    } else if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
      stored = try Safetensors.read(bytes)
    } else {
      throw .notWeights(because: bytes.isEmpty ? "it is empty" : "its first bytes are those of no known layout")
    }
    guard !stored.isEmpty else { throw .notWeights(because: "it holds no tensor") }
    // Halves become twice as large, and two tensors may well share their data.
    var budget = 4 * bytes.count + 4096
    var weights: [(name: String, tensor: WeightTensor)] = []
    weights.reserveCapacity(stored.count)
    for (name, tensor) in stored {
      weights.append((name, try tensor.dense(named: name, budget: &budget)))
    }
    self.init(weights)
  }
}
