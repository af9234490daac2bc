import CImprint
import Heads
import Imprinting
import Pictures
import Platform

/// The answers for pictures.
final class AnswersBox: Handle {
  /// An answer, or why the picture cannot be read.
  struct Item {
    let answer: Answer?
    let labels: [CText]
    let error: CText?
  }

  let items: [Item]

  init(_ answers: [Result<Answer, PictureError>]) {
    items = answers.map { result in
      switch result {
      case .success(let answer): Item(answer: answer, labels: answer.classes.map { CText($0.label) }, error: nil)
      case .failure(let error): Item(answer: nil, labels: [], error: CText(error.description))
      }
    }
  }

  /// Returns the answer for a picture; nil where there is none.
  static func item(_ answers: OpaquePointer?, _ picture: Int) -> Item? {
    guard let items = Handle.find(answers, as: AnswersBox.self)?.items, items.indices.contains(picture) else {
      return nil
    }
    return items[picture]
  }

  /// Returns a class of an answer; nil where there is none.
  static func known(_ answers: OpaquePointer?, _ picture: Int, _ rank: Int) -> Classification? {
    guard let classes = item(answers, picture)?.answer?.classes, classes.indices.contains(rank) else { return nil }
    return classes[rank]
  }
}

@_cdecl("imprint_answers_count")
public func answerCount(_ answers: OpaquePointer?) -> Int {
  Handle.find(answers, as: AnswersBox.self)?.items.count ?? 0
}

@_cdecl("imprint_answers_error")
public func answerError(_ answers: OpaquePointer?, _ picture: Int) -> UnsafePointer<CChar>? {
  AnswersBox.item(answers, picture)?.error?.pointer
}

@_cdecl("imprint_answers_is_unknown")
public func answerIsUnknown(_ answers: OpaquePointer?, _ picture: Int) -> Int32 {
  AnswersBox.item(answers, picture)?.answer?.isUnknown == true ? 1 : 0
}

@_cdecl("imprint_answers_novelty_score")
public func answerNovelty(_ answers: OpaquePointer?, _ picture: Int) -> Float {
  AnswersBox.item(answers, picture)?.answer?.noveltyScore ?? .nan
}

@_cdecl("imprint_answers_class_count")
public func answerClassCount(_ answers: OpaquePointer?, _ picture: Int) -> Int {
  AnswersBox.item(answers, picture)?.labels.count ?? 0
}

@_cdecl("imprint_answers_class_id")
public func answerClass(_ answers: OpaquePointer?, _ picture: Int, _ rank: Int) -> Int32 {
  AnswersBox.known(answers, picture, rank).map { Int32(clamping: $0.id) } ?? -1
}

@_cdecl("imprint_answers_label")
public func answerLabel(_ answers: OpaquePointer?, _ picture: Int, _ rank: Int) -> UnsafePointer<CChar>? {
  guard let labels = AnswersBox.item(answers, picture)?.labels, labels.indices.contains(rank) else { return nil }
  return labels[rank].pointer
}

@_cdecl("imprint_answers_score")
public func answerScore(_ answers: OpaquePointer?, _ picture: Int, _ rank: Int) -> Float {
  AnswersBox.known(answers, picture, rank)?.score ?? .nan
}

@_cdecl("imprint_answers_free")
public func freeAnswers(_ answers: OpaquePointer?) { Handle.free(answers) }
