public import CImprint
import Heads
import Imprinting
import Inference
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

final class ClassifierBox: Handle {
  let classifier: Classifier
  let labels: [CText]
  /// The cache of the embeddings of picture files; nil for none.
  let cache: EmbeddingCache?

  init(_ classifier: Classifier, cache: EmbeddingCache?) {
    self.classifier = classifier
    self.cache = cache
    labels = (0..<classifier.classCount).map { CText(classifier.labels[$0]) }
  }
}

@_cdecl("imprint_classifier_open")
public func openClassifier(
  _ path: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let path = try text(path, "path")
    let settings = try Options.settings(options)
    let made = try required(made, "classifier")
    let classifier = try naming(path) {
      try Classifier(
        contentsOf: URL(filePath: path), labels: settings.labels, resize: settings.resize,
        testTimeAugmentation: settings.testTimeAugmentation, unknown: settings.unknown, execution: settings.execution())
    }
    made.pointee = ClassifierBox(classifier, cache: settings.embeddingCache).handedOver()
  }
}

@_cdecl("imprint_classifier_open_bytes")
public func openClassifierBytes(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let bytes = try copied(bytes, size: size)
    let settings = try Options.settings(options)
    let made = try required(made, "classifier")
    let classifier = try Classifier(
      bytes: bytes, labels: settings.labels, resize: settings.resize,
      testTimeAugmentation: settings.testTimeAugmentation, unknown: settings.unknown, execution: settings.execution())
    made.pointee = ClassifierBox(classifier, cache: settings.embeddingCache).handedOver()
  }
}

/// Returns a copy of the caller's bytes.
func copied(_ bytes: UnsafeRawPointer?, size: Int) throws(InvalidArgument) -> Bytes {
  guard size >= 0 else { throw InvalidArgument("a size is negative") }
  guard size > 0 else { return Bytes() }
  return Bytes(Array(UnsafeRawBufferPointer(start: try required(bytes, "bytes"), count: size)))
}

@_cdecl("imprint_classifier_class_count")
public func classCount(_ classifier: OpaquePointer?) -> Int {
  Handle.find(classifier, as: ClassifierBox.self)?.labels.count ?? 0
}

@_cdecl("imprint_classifier_label")
public func classLabel(_ classifier: OpaquePointer?, _ id: Int) -> UnsafePointer<CChar>? {
  guard let labels = Handle.find(classifier, as: ClassifierBox.self)?.labels, labels.indices.contains(id) else {
    return nil
  }
  return labels[id].pointer
}

@_cdecl("imprint_classifier_input")
public func classifierInput(
  _ classifier: OpaquePointer?, _ width: UnsafeMutablePointer<Int32>?, _ height: UnsafeMutablePointer<Int32>?
) {
  let input = Handle.find(classifier, as: ClassifierBox.self)?.classifier.input
  width?.pointee = Int32(clamping: input?.width ?? 0)
  height?.pointee = Int32(clamping: input?.height ?? 0)
}

@_cdecl("imprint_classifier_free")
public func freeClassifier(_ classifier: OpaquePointer?) { Handle.free(classifier) }

extension ClassifierBox {
  /// Classifies pictures, and stores the answers.
  func classify(
    _ pictures: PictureSource, threshold: Float, topK: Int, progress: ProgressCall,
    made: UnsafeMutablePointer<OpaquePointer?>?
  ) throws {
    let made = try required(made, "answers")
    let classifier = classifier
    if pictures.count == 1, progress.function == nil {
      // Nobody watches the work, so that it needs no thread of its own.
      try FirstProcess.check()
      let answer = try classifier.classifyHere(pictures, threshold: threshold, topK: topK)
      made.pointee = AnswersBox([answer]).handedOver()
      return
    }
    let answers = try waiting(progress) { meter in
      meter.begin(pictures.count)
      var answers: [Result<Answer, PictureError>] = []
      answers.reserveCapacity(pictures.count)
      try await classifier.answers(pictures, threshold: threshold, topK: topK, profile: nil) { index, answer in
        answers.append(answer)
        meter.note(index + 1)
      }
      return answers
    }
    made.pointee = AnswersBox(answers).handedOver()
  }

  /// Stores the scores of pictures, [count][classCount] of them.
  func score(_ pictures: PictureSource, progress: ProgressCall, scores: UnsafeMutablePointer<Float>?) throws {
    let scores = try required(scores, "scores")
    let classifier = classifier
    let rows = try waiting(progress) { meter in
      meter.begin(pictures.count)
      var rows: [Float] = []
      rows.reserveCapacity(pictures.count * classifier.classCount)
      try await classifier.scores(pictures, profile: nil) { index, row in
        rows += try row.get()
        meter.note(index + 1)
      }
      return rows
    }
    scores.update(from: rows, count: rows.count)
  }
}

@_cdecl("imprint_classifier_classify_files")
public func classifyFiles(
  _ classifier: OpaquePointer?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ threshold: Float,
  _ topK: Int, _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(classifier, as: ClassifierBox.self).classify(
      .files(files(paths, count: count)), threshold: threshold, topK: topK,
      progress: ProgressCall(function: progress, context: context), made: made)
  }
}

@_cdecl("imprint_classifier_classify_pixels")
public func classifyPixels(
  _ classifier: OpaquePointer?, _ pictures: UnsafePointer<imprint_pixels>?, _ count: Int, _ threshold: Float,
  _ topK: Int, _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(classifier, as: ClassifierBox.self).classify(
      .pixels(PixelBuffer.all(pictures, count: count)), threshold: threshold, topK: topK,
      progress: ProgressCall(function: progress, context: context), made: made)
  }
}

@_cdecl("imprint_classifier_classify_encoded")
public func classifyEncoded(
  _ classifier: OpaquePointer?, _ pictures: UnsafePointer<imprint_encoded>?, _ count: Int, _ threshold: Float,
  _ topK: Int, _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(classifier, as: ClassifierBox.self).classify(
      encodedSource(pictures, count: count), threshold: threshold, topK: topK,
      progress: ProgressCall(function: progress, context: context), made: made)
  }
}

@_cdecl("imprint_classifier_score_encoded")
public func scoreEncoded(
  _ classifier: OpaquePointer?, _ pictures: UnsafePointer<imprint_encoded>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ scores: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(classifier, as: ClassifierBox.self).score(
      encodedSource(pictures, count: count), progress: ProgressCall(function: progress, context: context),
      scores: scores)
  }
}

@_cdecl("imprint_classifier_score_files")
public func scoreFiles(
  _ classifier: OpaquePointer?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ scores: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(classifier, as: ClassifierBox.self).score(
      .files(files(paths, count: count)), progress: ProgressCall(function: progress, context: context), scores: scores)
  }
}

@_cdecl("imprint_classifier_score_pixels")
public func scorePixels(
  _ classifier: OpaquePointer?, _ pictures: UnsafePointer<imprint_pixels>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ scores: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(classifier, as: ClassifierBox.self).score(
      .pixels(PixelBuffer.all(pictures, count: count)), progress: ProgressCall(function: progress, context: context),
      scores: scores)
  }
}
