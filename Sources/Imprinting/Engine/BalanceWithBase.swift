import Heads
import Inference
import LinearAlgebra
import ModelSurgery
import TFLite

/// The balance of imprinted classes with the classes of their base, found from the base's rows and the new pictures alone.
///
/// The cosine of a picture to the row of its imprinted class is far above what the rows of a trained base reach, so that
/// without a balance new classes take nearly all pictures of the base's classes. The logits of imprinted classes become
/// s (a w · z + t), with
///
///     a = 0.6 × the median length of the base's rows
///     t = the 0.95 quantile of (maxₖ (wₖ · z + bₖ) − a w₋ · z) over the new pictures
///
/// wₖ and bₖ are the base's rows and biases, and w₋ is the row of the picture's class without the picture. So 95 of 100 new
/// pictures win against all classes of the base, and nothing more is taken from the base than that needs.
///
/// On ImageNet's sample and ten flowers of fifteen pictures, with both layouts of MobileNet v1 and v2, the base loses 0.003 to
/// 0.006 of its accuracy and the flowers have 0.83 to 0.86; without a balance the base loses up to 0.32.
struct BalanceWithBase {
  /// The balance.
  let balance: ImprintedBalance
  /// The share of the new pictures that are classified right among all classes, each left out of its own class.
  let accuracy: Double

  private static let factor: Float = 0.6
  private static let share = 0.95
  private static let mostPictures = 2000

  /// Finds the balance; returns nil where all classes are imprinted, no class has two pictures, or the layer has no biases.
  ///
  /// - Parameters:
  ///   - model: The model with its imprinted classes, which include the pictures.
  ///   - embeddings: The new pictures.
  ///   - unit: The value of a step of a raw embedding.
  /// - Throws: `EmbeddingSetError/pastBudget(_:bytes:)` where the set stores only sums.
  /// - Complexity: O(n N D) for n pictures, at most 2000, and N classes.
  init?(_ model: ImprintedModel, embeddings: EmbeddingSet, unit: Float) throws {
    let tail = model.tail
    let ids = model.classes.indices
    let baseIDs = ids.filter { model.classes[$0].sum == nil }
    guard !baseIDs.isEmpty, tail.bias >= 0 else { return nil }
    guard embeddings.hasEmbeddings else {
      throw EmbeddingSetError.pastBudget("keeping the base model's classes", bytes: embeddings.sumsBudget)
    }
    let rows = try Matrix(columns: tail.dimension, elements: baseIDs.flatMap { model.baseRow($0) })
    let biases = baseIDs.map { model.baseBias($0) }
    let lengths = (0..<rows.rows).map { rows[row: $0].reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let factor = Self.factor * Float(Quantiles(lengths)[0.5])
    guard factor > 0, factor.isFinite else { return nil }

    let known = model.labels
    var pictures: [(label: Int, values: [Double], rest: [Double])] = []
    for taught in embeddings.classes {
      guard let id = known.id(of: taught.name), let sum = model.classes[id].sum else { continue }
      for picture in taught.pictures {
        let views = model.views(of: picture, in: embeddings.space, unit: unit)
        guard let plain = views.first else { continue }
        var rest = sum.steps
        for view in views { for (index, step) in view.steps.enumerated() { rest[index] -= Double(step) } }
        // What is left without the only picture of a class is a rounding error.
        guard EmbeddingSum(steps: rest, count: nil).norm > 0.5 * sum.norm / Double(max(2, sum.count ?? 2)) else {
          continue
        }
        pictures.append((id, plain.steps.map { Double($0 * plain.unit) }, rest))
      }
    }
    guard !pictures.isEmpty else { return nil }
    if pictures.count > Self.mostPictures {
      let count = pictures.count
      pictures = (0..<Self.mostPictures).map { pictures[$0 * count / Self.mostPictures] }
    }

    let imprintedIDs = ids.filter { model.classes[$0].sum != nil }
    let directions = try Matrix(
      columns: tail.dimension,
      elements: imprintedIDs.flatMap { (model.classes[$0].sum?.direction ?? []).map { Double(factor * $0) } })
    let values = try Matrix(columns: tail.dimension, elements: pictures.flatMap(\.values))
    let ofBase = try Matrix.product(values, rows, rightTransposed: true)
    let ofImprinted = try Matrix.product(values, directions, rightTransposed: true)
    var margins: [Double] = []
    // How much a picture's class is above the other imprinted classes.
    var leads: [Double] = []
    for (index, picture) in pictures.enumerated() {
      let best = zip(ofBase[row: index], biases).map { $0 + $1 }.max() ?? 0
      let direction = EmbeddingSum(steps: picture.rest, count: nil).direction
      let own = Double(factor) * zip(direction, picture.values).reduce(0) { $0 + Double($1.0) * $1.1 }
      let others = zip(imprintedIDs, ofImprinted[row: index]).filter { $0.0 != picture.label }.map(\.1).max()
      margins.append(best - own)
      leads.append(own - (others ?? -.infinity))
    }
    let offset = Quantiles(margins)[Self.share]
    guard offset.isFinite, Float(offset).isFinite else { return nil }
    balance = ImprintedBalance(factor: factor, offset: Float(offset))
    let right = zip(margins, leads).count { $0 <= offset && $1 >= 0 }
    accuracy = Double(right) / Double(pictures.count)
  }
}

extension ImprintedModel {
  /// Returns the row of a class of the base, as real numbers.
  fileprivate func baseRow(_ id: Int) -> [Double] {
    (classes[id].stored?.weights ?? Bytes()).withUnsafeBytes { tail.rowEncoding.values($0) }.map(Double.init)
  }

  /// Returns the bias of a class of the base, as a real number.
  fileprivate func baseBias(_ id: Int) -> Double {
    guard let bytes = classes[id].stored?.bias, bytes.count == 4, let tensor = base.mainSubgraph?.tensor(tail.bias)
    else { return 0 }
    return bytes.withUnsafeBytes { bytes in
      let word = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
      guard tensor.type != .float32 else { return Double(Float(bitPattern: word)) }
      let unit = tensor.quantization?.scale.first ?? tail.rowEncoding.unit * tail.embeddingEncoding.unit
      return Double(Int32(bitPattern: word)) * Double(unit)
    }
  }
}
