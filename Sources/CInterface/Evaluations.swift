public import CImprint
import Heads
import Imprinting
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An evaluation as JSON.
struct EvaluationReport: Encodable {
  struct Class: Encodable {
    let id: Int
    let label: String
    let pictures, correct: Int
    let recall: Double
    let predictions: [String: Int]
  }

  let pictures: Int
  let accuracy, balancedAccuracy: Double
  let topK: [Double]
  let classes: [Class]
  let mistakes: [Evaluation.Mistake]
  let skipped: [SkippedPicture]

  init(_ evaluation: Evaluation, skipped: [PictureError]) {
    pictures = evaluation.count
    accuracy = evaluation.accuracy(top: 1)
    balancedAccuracy = evaluation.balancedAccuracy
    topK = (1...5).map { evaluation.accuracy(top: $0) }
    classes = evaluation.classes.sorted { $0.key < $1.key }.map { id, result in
      Class(
        id: id, label: result.label, pictures: result.count, correct: result.correct, recall: result.recall,
        predictions: Dictionary(uniqueKeysWithValues: result.predictions.map { (String($0.key), $0.value) }))
    }
    mistakes = evaluation.mistakes
    self.skipped = skipped.map { SkippedPicture($0) }
  }
}

@_cdecl("imprint_classifier_evaluate")
public func evaluate(
  _ classifier: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ strict: Int32, _ progress: imprint_progress?,
  _ context: UnsafeMutableRawPointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let box = try Handle.borrow(classifier, as: ClassifierBox.self)
    let (classifier, cache) = (box.classifier, box.cache)
    let pictures = try LabelledPictures(URL(filePath: text(path, "path")))
    let made = try required(made, "evaluation")
    let report = try waiting(ProgressCall(function: progress, context: context)) { meter in
      meter.begin(pictures.count)
      var skipped: [PictureError] = []
      let evaluation = try await classifier.evaluate(
        pictures.classes, strict: strict != 0, cache: cache, progress: { meter.note($0) },
        skipped: { skipped.append($0) })
      return EvaluationReport(evaluation, skipped: skipped)
    }
    made.pointee = try ByteBox(json: report).handedOver()
  }
}
