import Heads
import Imprinting
import Inference
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `model quantize` prints.
struct QuantizationReport: Encodable {
  let operators: Int
  let ranges: Int
  /// How many pictures the ranges were measured on.
  let calibrationPictures: Int
  let bytesBefore, bytesAfter: Int
  let input, output: String
  /// How alike both models answer, where there are pictures to tell.
  let comparedPictures: Int?
  let sameAnswer, embeddingCosine: Double?
  let model: String
  private let place: String

  private enum CodingKeys: CodingKey {
    case operators, ranges, calibrationPictures, bytesBefore, bytesAfter, input, output, comparedPictures, sameAnswer
    case embeddingCosine, model
  }

  init(
    _ quantization: Quantization, _ model: Model, _ measured: ActivationRanges, _ agreement: QuantizationAgreement?,
    bytesBefore: Int, bytesAfter: Int, output: URL
  ) {
    let graph = model.mainSubgraph ?? SubGraph()
    let words = { (tensors: [Int32]) in tensors.first.flatMap { graph.tensor($0)?.type.name } ?? "" }
    operators = graph.operators.count
    ranges = quantization.activations.count
    calibrationPictures = measured.pictures
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    input = words(graph.inputs)
    self.output = words(graph.outputs)
    comparedPictures = agreement?.pictures
    sameAnswer = agreement?.sameAnswer
    embeddingCosine = agreement?.cosine
    self.model = output.path
    place = output.relativePath
  }

  var text: String {
    var lines = [
      "Quantised \(operators) operators, with \(ranges) ranges measured on \(calibrationPictures) pictures",
      "It takes \(input) and gives \(output)",
    ]
    if let comparedPictures, let sameAnswer, let embeddingCosine {
      lines.append(
        "Beside the float model, on \(comparedPictures) pictures: \(Table.percent(sameAnswer)) the same first answer, "
          + "mean cosine of the embeddings \(Decimals.string(embeddingCosine, places: 4))")
    }
    let megabytes = { (bytes: Int) in Decimals.string(Double(bytes) / 1e6, places: 1) + " MB" }
    lines.append("Model  \(place), \(megabytes(bytesAfter)) of \(megabytes(bytesBefore))")
    return lines.joined(separator: "\n")
  }
}
