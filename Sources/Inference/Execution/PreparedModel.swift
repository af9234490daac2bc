import Heads
import LiteRT
import ModelSurgery
import TFLite

/// A model in the form in which it is run.
struct PreparedModel {
  let model: Model
  let file: Bytes
  /// Whose arithmetic it is.
  let arithmetic: EmbeddingSpace.Arithmetic
  /// What tells the file from others; nil where nothing is kept of it.
  let key: String?

  /// - Parameters:
  ///   - model: The model, verified.
  ///   - file: Its bytes.
  ///   - precision: In whose arithmetic it is to be run.
  ///   - cache: Where its rewritten form is kept.
  init(_ model: Model, file: Bytes, precision: Precision, cache: ModelCache?) {
    let digest = cache.flatMap { _ in try? file.sha256 }
    let isRewritten =
      switch precision {
      case .exact: false
      case .automatic: Processor.current.hasByteDotProducts
      case .rewritten: true
      }
    guard isRewritten, let made = Self.rewritten(model, digest: digest, cache: cache) else {
      self.init(model: model, file: file, arithmetic: .exact, key: digest)
      return
    }
    self.init(
      model: made.model, file: made.file, arithmetic: made.arithmetic,
      key: digest.map { "\($0) \(ModelCache.rewriting)" })
  }

  private init(model: Model, file: Bytes, arithmetic: EmbeddingSpace.Arithmetic, key: String?) {
    self.model = model
    self.file = file
    self.arithmetic = arithmetic
    self.key = key
  }

  /// The rewritten form, kept or made; nil where there is nothing to rewrite.
  private static func rewritten(_ model: Model, digest: String?, cache: ModelCache?) -> PreparedModel? {
    if let digest, let kept = cache?.rewritten(digest), let whole = try? Model(bytes: kept),
      (try? whole.checkRunnable()) != nil, whole.hasBorders(of: model)
    {
      return PreparedModel(model: whole, file: kept, arithmetic: .rewritten, key: nil)
    }
    guard let made = try? Requantization(model, interface: .signed), made.report.layers > 0,
      let written = try? made.model.serialized().bytes()
    else { return nil }
    let file = Bytes(written)
    if let digest { cache?.keep(file, of: digest) }
    return PreparedModel(model: made.model, file: file, arithmetic: .rewritten, key: nil)
  }
}

extension Model {
  /// Whether the model takes and gives tensors of the same shapes as another.
  fileprivate func hasBorders(of other: Model) -> Bool {
    func shapes(_ model: Model) -> [[Int32]?]? {
      guard let (input, output) = try? model.onlyInputAndOutput() else { return nil }
      return [model.mainSubgraph?.tensor(input)?.shape, model.mainSubgraph?.tensor(output)?.shape]
    }
    return shapes(self) == shapes(other)
  }
}
