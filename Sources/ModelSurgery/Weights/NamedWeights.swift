public import Platform
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The weights of a network by name, as a training framework saves them.
///
/// ```swift
/// let weights = try NamedWeights(contentsOf: URL(filePath: "efficientnet-lite0.pth"))
/// weights["_fc.weight"]?.shape   // [1000, 1280]
/// ```
public struct NamedWeights: Sendable, Hashable {
  /// The names in file order.
  public let names: [String]
  /// The metadata of a safetensors file; empty for other layouts.
  public let metadata: [String: String]
  private let tensors: [String: WeightTensor]

  /// Creates weights in the given order; of duplicate names the last tensor counts.
  public init(_ weights: [(name: String, tensor: WeightTensor)], metadata: [String: String] = [:]) {
    self.metadata = metadata
    tensors = Dictionary(weights.map { ($0.name, $0.tensor) }, uniquingKeysWith: { _, last in last })
    var used: Set<String> = []
    names = weights.map(\.name).filter { used.insert($0).inserted }
  }

  /// The tensor with a name, or nil.
  public subscript(_ name: String) -> WeightTensor? { tensors[name] }

  /// Reads a file, which is mapped into memory, or a TensorFlow checkpoint of several files.
  ///
  /// A TensorFlow V2 checkpoint is named by its prefix, such as `model.ckpt-1000` if there is a file
  /// `model.ckpt-1000.index`, by that index, or by one of its data files. The checksum of each tensor is verified.
  /// Tensors of strings, booleans and 32-bit integers are left out.
  ///
  /// - Throws: ``WeightsError/cannotRead(path:reason:)`` if a file cannot be opened, and the errors of
  ///   ``init(bytes:)``.
  public init(contentsOf file: URL) throws(WeightsError) {
    guard let bundle = TensorBundle(at: file) else {
      try self.init(bytes: Bytes(weights: file))
      return
    }
    let (tensors, byteCount) = try bundle.read()
    try self.init(tensors, of: byteCount)
  }

  /// Reads a TensorFlow V2 checkpoint from the contents of its files: the index, and the data shards in order.
  ///
  /// - Throws: ``WeightsError`` for any invalid input.
  /// - Complexity: O(bytes) in time and memory.
  package init(index: Bytes, shards: [Bytes]) throws(WeightsError) {
    let (tensors, byteCount) = try TensorBundle.read(index: index) { (shard, _) throws(WeightsError) in
      guard shards.indices.contains(shard) else { throw .notWeights(because: "it has no shard \(shard)") }
      return shards[shard]
    }
    try self.init(tensors, of: byteCount)
  }

  /// Reads the contents of a file: a PyTorch state file of either layout, or safetensors.
  ///
  /// Elements of the types float32, float16, bfloat16, float64 and int64 become 32-bit floats. A float32 tensor in
  /// row-major order is referenced in place; others are copied. If a checkpoint has an entry `state_dict`, that entry
  /// is read. A pickle can construct nothing but tensors and plain containers.
  ///
  /// - Throws: ``WeightsError`` for any invalid input.
  /// - Complexity: O(bytes) in time and memory.
  public init(bytes: Bytes) throws(WeightsError) {
    if bytes.starts(with: ZipArchive.localSignature) {
      try self.init(ZippedState.read(bytes), of: bytes.count)
    } else if bytes.starts(with: OlderState.start) {
      try self.init(OlderState.read(bytes), of: bytes.count)
    } else if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
      let (tensors, metadata) = try Safetensors.read(bytes)
      try self.init(tensors, metadata: metadata, of: bytes.count)
    } else if SortedTable.isTable(bytes) {
      throw .notWeights(
        because: "it is the index of a TensorFlow checkpoint without the data, or a V1 checkpoint")
    } else {
      throw .notWeights(because: bytes.isEmpty ? "it is empty" : "its first bytes match no known layout")
    }
  }

  /// Converts the tensors of a file of `byteCount` bytes.
  private init(
    _ stored: [(name: String, tensor: StoredTensor)], metadata: [String: String] = [:], of byteCount: Int
  ) throws(WeightsError) {
    guard !stored.isEmpty else { throw .notWeights(because: "it holds no tensor") }
    // 16-bit floats double in size, and tensors may share data.
    var budget = 4 * byteCount + 4096
    var weights: [(name: String, tensor: WeightTensor)] = []
    weights.reserveCapacity(stored.count)
    for (name, tensor) in stored {
      weights.append((name, try tensor.dense(named: name, budget: &budget)))
    }
    self.init(weights, metadata: metadata)
  }
}

extension Bytes {
  /// Maps a file of weights into memory.
  ///
  /// - Throws: ``WeightsError/cannotRead(path:reason:)``.
  init(weights file: URL) throws(WeightsError) {
    do throws(TFLiteError) {
      try self.init(mapping: file)
    } catch {
      throw .cannotRead(path: file.path, reason: error.reason ?? error.message)
    }
  }
}

/// Why weights cannot be read from a file.
public struct WeightsError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case cannotRead, notWeights, damaged, refusedOpcode, refusedGlobal, badTensor, outOfProportion
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The system cannot open or read the file; `reason` is the system's message.
  public static func cannotRead(path: String, reason: String) -> Self {
    Self(code: .cannotRead, message: "\(path) cannot be read: \(reason)", remedy: nil)
  }

  /// The file is in no known layout.
  public static func notWeights(because reason: String) -> Self {
    Self(
      code: .notWeights, message: "this is not a file of weights: \(reason)",
      remedy: "use a PyTorch state file, a safetensors file or a TensorFlow checkpoint")
  }

  /// The file breaks the rules of its layout at `place`, such as `the entry data/3`.
  public static func damaged(place: String, because reason: String) -> Self {
    Self(
      code: .damaged, message: "the weights are damaged at \(place): \(reason)",
      remedy: "get the file again from its source")
  }

  /// The pickle holds the named opcode, which plain weights do not need.
  public static func refusedOpcode(_ name: String, position: Int) -> Self {
    Self(
      code: .refusedOpcode,
      message: "the pickle holds the opcode \(name) at byte \(position), which plain weights do not need",
      remedy: "save the model's state_dict() alone")
  }

  /// The pickle asks for the named function or class, which plain weights do not need.
  public static func refusedGlobal(_ name: String) -> Self {
    Self(
      code: .refusedGlobal,
      message: "the pickle asks for \(name), which is neither a tensor nor a plain container",
      remedy: "save the model's state_dict() alone")
  }

  /// The named tensor cannot be read.
  public static func badTensor(_ name: String, because reason: String) -> Self {
    Self(code: .badTensor, message: "the tensor \"\(name)\" cannot be read: \(reason)", remedy: nil)
  }

  /// Tensors refer to the same data so often that they would take memory out of proportion to the file.
  public static func outOfProportion(tensor: String) -> Self {
    Self(
      code: .outOfProportion,
      message: """
        the tensor "\(tensor)" and other tensors refer to the same data repeatedly and would take memory out of \
        proportion to the file
        """, remedy: nil)
  }
}
