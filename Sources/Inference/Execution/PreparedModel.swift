import Heads
package import LiteRT
import ModelSurgery
import Platform
package import TFLite

/// The file from which a model was read, and the change made since. Together they identify the model without serialising it.
package struct ModelOrigin: Sendable {
  /// The bytes of the file.
  package let file: Bytes
  /// Text that identifies the change; nil where the model is unchanged.
  package let change: String?

  package init(file: Bytes, change: String? = nil) {
    self.file = file
    self.change = change
  }

  /// The origin of a model that was made from this one's by a change.
  func changed(_ change: String) -> ModelOrigin {
    ModelOrigin(file: file, change: [self.change, change].compactMap { $0 }.joined(separator: ", "))
  }

  /// Tells the model from others.
  fileprivate func digest(by cache: ModelCache) throws -> String {
    let digest = try cache.digest(of: file)
    return try change.map { try Bytes(Array("\(digest) \($0)".utf8)).sha256 } ?? digest
  }
}

/// A model in the form in which it runs: unchanged, or rewritten as int8.
struct PreparedModel {
  let model: Model
  let file: Bytes
  let arithmetic: Arithmetic
  /// Identifies the prepared model in the cache; nil without a cache.
  let key: String?

  /// Prepares a model.
  ///
  /// - Parameters:
  ///   - model: The model, verified.
  ///   - origin: The file from which the model was read, if known; otherwise the model is serialised to identify it.
  ///   - arithmetic: The arithmetic; nil for the one that ``ArithmeticTable`` has for this processor.
  ///   - cache: The cache of the rewritten form.
  /// - Throws: `TFLiteError` where the model cannot be serialised.
  init(_ model: Model, origin: ModelOrigin?, arithmetic: Arithmetic?, cache: ModelCache?) throws {
    var file = origin.flatMap { $0.change == nil ? $0.file : nil }
    var digest: String?
    if let cache {
      let known = try origin ?? ModelOrigin(file: Bytes(model.serialized().bytes()))
      digest = try? known.digest(by: cache)
      if origin == nil { file = known.file }
    }
    let isRewritten =
      (arithmetic ?? ArithmeticTable.row(for: .current).choice) == .int8 && Requantization.mayConvert(model)
    if isRewritten, let (made, bytes) = Self.rewritten(model, digest: digest, cache: cache) {
      self.model = made
      self.file = bytes
      self.arithmetic = .int8
      key = digest.map { "\($0) \(ModelCache.rewriting)" }
    } else {
      self.model = model
      self.file = try file ?? Bytes(model.serialized().bytes())
      self.arithmetic = .exact
      key = digest
    }
  }

  /// Returns the rewritten form, from the cache or newly made; nil where there is nothing to rewrite.
  private static func rewritten(_ model: Model, digest: String?, cache: ModelCache?) -> (Model, Bytes)? {
    if let digest, let cached = cache?.rewritten(digest), let known = try? Model(bytes: cached),
      (try? known.checkRunnable()) != nil, known.hasBorders(of: model)
    {
      return (known, cached)
    }
    guard let made = try? Requantization(model, interface: .signed), made.report.layers > 0,
      let written = try? made.model.serialized().bytes()
    else { return nil }
    let file = Bytes(written)
    if let digest { cache?.keep(file, of: digest) }
    return (made.model, file)
  }
}

extension Model {
  /// Returns whether the input and output have the same shapes as those of another model.
  fileprivate func hasBorders(of other: Model) -> Bool {
    func shapes(_ model: Model) -> [[Int32]?]? {
      guard let (input, output) = try? model.onlyInputAndOutput() else { return nil }
      return [model.mainSubgraph?.tensor(input)?.shape, model.mainSubgraph?.tensor(output)?.shape]
    }
    return shapes(self) == shapes(other)
  }
}

extension LoadedModel {
  /// Loads a model from bytes, which it retains.
  ///
  /// - Throws: `LiteRTError` when the runtime rejects the file.
  package convenience init(file: Bytes, runtime: Runtime, kernels: Kernels.Use = .off) throws(LiteRTError) {
    // A slice of a larger file may begin at any address; the runtime needs an aligned one.
    let isAligned = file.withUnsafeBytes { UInt(bitPattern: $0.baseAddress).isMultiple(of: 16) }
    let file = isAligned ? file : Bytes(Array(file))
    // The bytes of a value have a fixed address as long as the value exists; the loaded model retains it as its owner.
    let address = file.withUnsafeBytes { UnsafeRawBufferPointer($0) }
    try self.init(bytes: address, owner: file, runtime: runtime, kernels: kernels)
  }

  /// Serialises a model and loads it.
  ///
  /// - Throws: `TFLiteError` where it cannot be serialised, `LiteRTError` when the runtime rejects the file.
  convenience init(_ model: Model, runtime: Runtime) throws {
    try self.init(file: Bytes(model.serialized().bytes()), runtime: runtime)
  }
}
