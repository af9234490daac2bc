public import CImprint
import Heads
import Imprinting
import Inference
import Pictures
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

final class TeacherBox: Handle {
  let teacher: Teacher
  /// The cache of the embeddings of picture files; nil for none.
  let cache: EmbeddingCache?

  init(_ teacher: Teacher, cache: EmbeddingCache?) {
    self.teacher = teacher
    self.cache = cache
  }

  /// Teaches pictures, and stores the lesson.
  func learn(
    _ pictures: Lessons, strict: Bool, progress: ProgressCall, lesson made: UnsafeMutablePointer<OpaquePointer?>?
  ) throws {
    let (teacher, cache) = (teacher, cache)
    let lesson = try waiting(progress) { meter in
      meter.begin(pictures.source.count)
      return try await teacher.learn(
        names: pictures.names, places: pictures.places, source: pictures.source, strict: strict, keepsPartial: false,
        cache: cache, profile: nil
      ) { meter.note($0) }
    }
    guard let made else { return }
    made.pointee = try ByteBox(json: LessonReport(lesson, pictures: pictures)).handedOver()
  }
}

extension Settings {
  /// Opens a model to teach it classes.
  func teacher(for file: URL, from embeddings: EmbeddingSet? = nil) throws -> Teacher {
    try naming(file.relativePath) {
      try Teacher(
        model: file, method: method ?? Analytic(), keepClasses: keepsClasses, labels: labels, resize: resize,
        augmentation: augmentation ?? .off, from: embeddings, budget: budget, execution: execution())
    }
  }
}

/// Pictures to learn, each of a class.
struct Lessons: Sendable {
  /// The names of the classes.
  let names: [String]
  /// The index of each picture's class.
  let places: [Int]
  let source: PictureSource
  var emptyClasses: [String] = []
  var remarks: [String] = []

  init(_ labelled: LabelledPictures) {
    names = labelled.classes.map(\.name)
    places = labelled.classes.indices.flatMap { place in labelled.classes[place].pictures.map { _ in place } }
    source = .files(labelled.classes.flatMap(\.pictures))
    emptyClasses = labelled.emptyClasses
    remarks = labelled.remarks.map { "\($0)" }
  }

  /// The classes are in the order in which their names first occur.
  init(_ source: PictureSource, labels: [String]) {
    var names: [String] = []
    var known: [String: Int] = [:]
    places = labels.map { label in
      if let place = known[label] { return place }
      known[label] = names.count
      names.append(label)
      return names.count - 1
    }
    self.names = names
    self.source = source
  }
}

/// A picture that could not be read, as JSON.
struct SkippedPicture: Encodable {
  let message, identifier: String

  init(_ error: PictureError) { (message, identifier) = (error.description, error.identifier) }
}

/// A lesson as JSON.
struct LessonReport: Encodable {
  let classes: [Lesson.TaughtClass]
  let emptyClasses: [String]
  let skipped: [SkippedPicture]
  let remarks: [String]

  init(_ lesson: Lesson, pictures: Lessons) {
    classes = lesson.classes
    emptyClasses = pictures.emptyClasses + lesson.emptyClasses
    skipped = lesson.skipped.map { SkippedPicture($0) }
    remarks = pictures.remarks
  }
}

/// The expected accuracy as JSON.
struct EstimateReport: Encodable {
  let accuracy, lower, upper: Double
  let pictures: Int
  let singles: [String]
  let confusions: [LeaveOneOut.Confusion]
  let suspects: [LeaveOneOut.Suspect]

  init(_ estimate: LeaveOneOut) {
    accuracy = estimate.accuracy
    (lower, upper) = (estimate.interval.lowerBound, estimate.interval.upperBound)
    pictures = estimate.predictions.count
    singles = estimate.singles
    confusions = estimate.confusions
    suspects = estimate.mislabelled
  }
}

@_cdecl("imprint_teacher_open")
public func openTeacher(
  _ path: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let settings = try Options.settings(options)
    let teacher = try settings.teacher(for: modelFile(path))
    try required(made, "teacher").pointee = TeacherBox(teacher, cache: settings.embeddingCache).handedOver()
  }
}

@_cdecl("imprint_teacher_continue")
public func continueTeacher(
  _ path: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let path = try text(path, "path")
    let settings = try Options.settings(options)
    let made = try required(made, "teacher")
    let teacher = try naming(path) {
      try Teacher(
        continuing: URL(filePath: path), method: settings.method, labels: settings.labels, resize: settings.resize,
        augmentation: settings.augmentation, budget: settings.budget, execution: settings.execution())
    }
    made.pointee = TeacherBox(teacher, cache: settings.embeddingCache).handedOver()
  }
}

@_cdecl("imprint_teacher_learn_folder")
public func learnFolder(
  _ teacher: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ strict: Int32, _ progress: imprint_progress?,
  _ context: UnsafeMutableRawPointer?, _ lesson: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(teacher, as: TeacherBox.self).learn(
      Lessons(LabelledPictures(URL(filePath: text(path, "path")))), strict: strict != 0,
      progress: ProgressCall(function: progress, context: context), lesson: lesson)
  }
}

@_cdecl("imprint_teacher_learn_files")
public func learnFiles(
  _ teacher: OpaquePointer?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?,
  _ labels: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ strict: Int32, _ progress: imprint_progress?,
  _ context: UnsafeMutableRawPointer?, _ lesson: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(teacher, as: TeacherBox.self).learn(
      Lessons(.files(files(paths, count: count)), labels: texts(labels, count: count, "labels")), strict: strict != 0,
      progress: ProgressCall(function: progress, context: context), lesson: lesson)
  }
}

@_cdecl("imprint_teacher_learn_pixels")
public func learnPixels(
  _ teacher: OpaquePointer?, _ pictures: UnsafePointer<imprint_pixels>?,
  _ labels: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ progress: imprint_progress?,
  _ context: UnsafeMutableRawPointer?, _ lesson: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(teacher, as: TeacherBox.self).learn(
      Lessons(.pixels(PixelBuffer.all(pictures, count: count)), labels: texts(labels, count: count, "labels")),
      strict: true, progress: ProgressCall(function: progress, context: context), lesson: lesson)
  }
}

@_cdecl("imprint_teacher_learn_encoded")
public func learnEncoded(
  _ teacher: OpaquePointer?, _ pictures: UnsafePointer<imprint_encoded>?,
  _ labels: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ strict: Int32, _ progress: imprint_progress?,
  _ context: UnsafeMutableRawPointer?, _ lesson: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(teacher, as: TeacherBox.self).learn(
      Lessons(encodedSource(pictures, count: count), labels: texts(labels, count: count, "labels")),
      strict: strict != 0, progress: ProgressCall(function: progress, context: context), lesson: lesson)
  }
}

@_cdecl("imprint_teacher_labels")
public func teacherLabels(
  _ teacher: OpaquePointer?, _ labels: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let teacher = try Handle.borrow(teacher, as: TeacherBox.self).teacher
    let labels = try required(labels, "labels")
    let names = try waiting { _ in
      let (names, count) = (await teacher.labels, await teacher.classCount)
      return (0..<count).map { names[$0] }
    }
    labels.pointee = try ByteBox(json: names).handedOver()
  }
}

@_cdecl("imprint_teacher_estimate")
public func teacherEstimate(
  _ teacher: OpaquePointer?, _ estimate: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let teacher = try Handle.borrow(teacher, as: TeacherBox.self).teacher
    let estimate = try required(estimate, "estimate")
    let found = try waiting { _ in try await teacher.estimate }
    estimate.pointee = try ByteBox(json: found.map { EstimateReport($0) }).handedOver()
  }
}

@_cdecl("imprint_teacher_save")
public func saveTeacher(
  _ teacher: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ withEmbeddings: Int32,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let teacher = try Handle.borrow(teacher, as: TeacherBox.self).teacher
    let path = try text(path, "path")
    _ = try waiting { _ in try await teacher.save(to: URL(filePath: path), withEmbeddings: withEmbeddings != 0) }
  }
}

@_cdecl("imprint_teacher_model")
public func teacherModel(
  _ teacher: OpaquePointer?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let teacher = try Handle.borrow(teacher, as: TeacherBox.self).teacher
    let model = try required(model, "model")
    let bytes = try waiting { _ in try await teacher.model().serialized().bytes() }
    model.pointee = ByteBox(bytes).handedOver()
  }
}

@_cdecl("imprint_teacher_free")
public func freeTeacher(_ teacher: OpaquePointer?) { Handle.free(teacher) }
