public import CImprint
import Heads
import ModelSurgery
import Synchronization
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

final class RegressionBox: Handle {
  private let guarded: Mutex<SoftmaxRegression>

  init(_ regression: SoftmaxRegression) { guarded = Mutex(regression) }

  /// A copy of the regression.
  var regression: SoftmaxRegression { guarded.withLock { $0 } }

  func replace(by regression: SoftmaxRegression) { guarded.withLock { $0 = regression } }
}

extension SoftmaxRegression.Examples {
  /// Copies the examples of the caller.
  fileprivate init(
    _ embeddings: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, count: Int, dimension: Int
  ) throws(InvalidArgument) {
    let embeddings = try rows(embeddings, count: count, width: dimension)
    let classes =
      count > 0 ? UnsafeBufferPointer(start: try required(labels, "labels"), count: count).map(Int.init) : []
    self.init(embeddings: embeddings, labels: classes)
  }
}

@_cdecl("imprint_regression_create")
public func createRegression(
  _ dimension: Int, _ classCount: Int, _ weightScale: Double, _ regularization: Double, _ seed: UInt64,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let regression = try SoftmaxRegression(
      featureDimension: dimension, classCount: classCount, weightScale: weightScale, regularization: regularization,
      seed: seed)
    try required(made, "regression").pointee = RegressionBox(regression).handedOver()
  }
}

@_cdecl("imprint_regression_train")
public func trainRegression(
  _ regression: OpaquePointer?, _ embeddings: UnsafePointer<Float>?, _ labels: UnsafePointer<Int32>?, _ count: Int,
  _ validationEmbeddings: UnsafePointer<Float>?, _ validationLabels: UnsafePointer<Int32>?, _ validationCount: Int,
  _ iterations: Int, _ learningRate: Double, _ batchSize: Int, _ reportEvery: Int, _ report: imprint_regression_report?,
  _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let box = try Handle.borrow(regression, as: RegressionBox.self)
    var trained = box.regression
    let dimension = trained.featureDimension
    let training = try SoftmaxRegression.Examples(embeddings, labels, count: count, dimension: dimension)
    let validation =
      try validationCount > 0
      ? SoftmaxRegression.Examples(
        validationEmbeddings, validationLabels, count: validationCount, dimension: dimension) : nil
    try trained.trainWithSGD(
      training, validation: validation, iterations: iterations, learningRate: learningRate, batchSize: batchSize,
      reportEvery: report == nil ? 0 : max(0, reportEvery)
    ) { progress in
      let stops = report.map {
        $0(context, progress.iteration, progress.loss, progress.trainingAccuracy, progress.validationAccuracy ?? .nan)
          != 0
      }
      if stops == true { throw CancellationError() }
    }
    box.replace(by: trained)
  }
}

@_cdecl("imprint_regression_scores")
public func regressionScores(
  _ regression: OpaquePointer?, _ embeddings: UnsafePointer<Float>?, _ count: Int,
  _ scores: UnsafeMutablePointer<Float>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let regression = try Handle.borrow(regression, as: RegressionBox.self).regression
    try forEachEmbedding(
      embeddings, count: count, dimension: regression.featureDimension, results: scores, width: regression.classCount
    ) { regression.scores(of: $0) }
  }
}

@_cdecl("imprint_regression_parameters")
public func regressionParameters(
  _ regression: OpaquePointer?, _ weights: UnsafeMutablePointer<Float>?, _ biases: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let regression = try Handle.borrow(regression, as: RegressionBox.self).regression
    let (rows, offsets) = (regression.weights, regression.biases)
    try required(weights, "weights").update(from: rows, count: rows.count)
    try required(biases, "biases").update(from: offsets, count: offsets.count)
  }
}

@_cdecl("imprint_regression_model")
public func regressionModel(
  _ regression: OpaquePointer?, _ extractor: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let regression = try Handle.borrow(regression, as: RegressionBox.self).regression
    let path = try text(extractor, "extractor")
    let made = try naming(path) { try regression.model(behind: Model(contentsOf: URL(filePath: path))).serialized() }
    try required(model, "model").pointee = ByteBox(made.bytes()).handedOver()
  }
}

@_cdecl("imprint_append_softmax")
public func appendSoftmax(
  _ extractor: UnsafePointer<CChar>?, _ weights: UnsafePointer<Float>?, _ weightCount: Int,
  _ biases: UnsafePointer<Float>?, _ biasCount: Int, _ least: Float, _ greatest: Float,
  _ model: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let path = try text(extractor, "extractor")
    let weights = try rows(weights, count: 1, width: max(0, weightCount))[0]
    let biases = try rows(biases, count: 1, width: max(0, biasCount))[0]
    guard least.isFinite, greatest.isFinite, least <= greatest else {
      throw InvalidArgument("the range of the logits is \(least) to \(greatest)")
    }
    let made = try naming(path) {
      try Model(contentsOf: URL(filePath: path)).appendingSoftmaxLayer(
        weights: weights, biases: biases, logits: least...greatest
      ).serialized()
    }
    try required(model, "model").pointee = ByteBox(made.bytes()).handedOver()
  }
}

@_cdecl("imprint_regression_free")
public func freeRegression(_ regression: OpaquePointer?) { Handle.free(regression) }
