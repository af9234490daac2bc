public import CImprint
import Heads
import Imprinting
import Inference
import ModelSurgery
import Synchronization
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An embedding set that C code changes.
final class EmbeddingSetBox: Handle {
  private let guarded: Mutex<EmbeddingSet>

  init(_ set: EmbeddingSet) { guarded = Mutex(set) }

  /// A copy of the set.
  var set: EmbeddingSet { guarded.withLock { $0 } }

  /// Changes the set: all or nothing.
  func change(_ body: (inout EmbeddingSet) throws -> Void) throws {
    try guarded.withLock { set in
      var changed = set
      try body(&changed)
      set = changed
    }
  }

  /// Returns the set behind a pointer.
  static func set(_ pointer: OpaquePointer?) throws -> EmbeddingSet {
    try Handle.borrow(pointer, as: EmbeddingSetBox.self).set
  }
}

/// An embedding set as JSON.
struct EmbeddingSetReport: Encodable {
  struct Class: Encodable {
    let name: String
    let count: Int
    let pictures: [String]
  }

  let network, resize, augment, arithmetic: String
  let budget: Int
  let hasEmbeddings: Bool
  let classes: [Class]
  let shards: [ShardsReport]

  init(_ set: EmbeddingSet) {
    network = set.space.extractor
    resize = set.space.resize
    augment = "\(set.space.augmentation)"
    arithmetic = "\(set.space.arithmetic)"
    budget = set.budget
    hasEmbeddings = set.hasEmbeddings
    shards = set.shards.map(ShardsReport.init)
    classes = set.classes.map { Class(name: $0.name, count: $0.count, pictures: $0.pictures.map(\.name)) }
  }
}

@_cdecl("imprint_embedding_set_create")
public func createEmbeddingSet(
  _ extractor: OpaquePointer?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let space = try Handle.borrow(extractor, as: ExtractorBox.self).extractor.space
    let budget = try Options.settings(options).budget ?? EmbeddingSet.defaultBudget
    try required(made, "set").pointee = EmbeddingSetBox(EmbeddingSet(space: space, budget: budget)).handedOver()
  }
}

@_cdecl("imprint_embedding_set_create_foreign")
public func createForeignEmbeddingSet(
  _ network: UnsafePointer<CChar>?, _ form: UnsafePointer<imprint_embedding_form>?, _ options: OpaquePointer?,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let budget = try Options.settings(options).budget ?? EmbeddingSet.defaultBudget
    let space = try EmbeddingSpace(network: text(network, "network"), form: required(form, "form").pointee)
    try required(made, "set").pointee = EmbeddingSetBox(EmbeddingSet(space: space, budget: budget)).handedOver()
  }
}

extension EmbeddingSpace {
  /// - Throws: ``InvalidArgument`` for a form that makes no sense.
  fileprivate init(network: String, form: imprint_embedding_form) throws(InvalidArgument) {
    guard (1...1 << 20).contains(form.dimension) else {
      throw InvalidArgument("the dimension is \(form.dimension); it must be from 1 to \(1 << 20)")
    }
    guard let augmentation = Augmentation.allCases.first(where: { $0.count == form.views }) else {
      throw InvalidArgument("there are \(form.views) views; there must be 1, 5 or 13")
    }
    let element: Element
    let zeroPoints: ClosedRange<Int32>
    switch form.element {
    case IMPRINT_UINT8: (element, zeroPoints) = (.uint8, 0...255)
    case IMPRINT_INT8: (element, zeroPoints) = (.int8, -128...127)
    case IMPRINT_FLOAT32: (element, zeroPoints) = (.float32, 0...0)
    default: throw InvalidArgument("there is no element type \(form.element.rawValue)")
    }
    guard zeroPoints.contains(form.zero_point) else {
      throw InvalidArgument("the zero point is \(form.zero_point)")
    }
    self.init(
      extractor: network, resize: "crop", augmentation: augmentation, arithmetic: .exact, dimension: form.dimension,
      element: element, zeroPoint: Int(form.zero_point), isNonNegative: form.is_non_negative != 0)
  }
}

@_cdecl("imprint_embedding_set_read")
public func readEmbeddingSet(
  _ path: UnsafePointer<CChar>?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let set = try EmbeddingSet(contentsOf: URL(filePath: text(path, "path")))
    try required(made, "set").pointee = EmbeddingSetBox(set).handedOver()
  }
}

@_cdecl("imprint_embedding_set_from_bytes")
public func embeddingSetFromBytes(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let set = try EmbeddingSet(copied(bytes, size: size), path: "the embedding set")
    try required(made, "set").pointee = EmbeddingSetBox(set).handedOver()
  }
}

@_cdecl("imprint_embedding_set_copy")
public func copyEmbeddingSet(
  _ set: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try required(made, "copy").pointee = EmbeddingSetBox(EmbeddingSetBox.set(set)).handedOver()
  }
}

@_cdecl("imprint_embedding_set_sorted")
public func sortedEmbeddingSet(
  _ set: OpaquePointer?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    var set = try EmbeddingSetBox.set(set)
    // Only this set knows the other names of its pictures.
    set.sort()
    var sorted = EmbeddingSet(
      space: set.space, budget: try Options.settings(options).budget ?? EmbeddingSet.defaultBudget)
    try sorted.merge(set)
    sorted.sort()
    try required(made, "sorted").pointee = EmbeddingSetBox(sorted).handedOver()
  }
}

@_cdecl("imprint_embedding_set_write")
public func writeEmbeddingSet(
  _ set: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) { try EmbeddingSetBox.set(set).write(to: URL(filePath: text(path, "path"))) }
}

@_cdecl("imprint_embedding_set_bytes")
public func embeddingSetBytes(
  _ set: OpaquePointer?, _ bytes: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let pieces = try EmbeddingSetBox.set(set).pieces()
    try required(bytes, "bytes").pointee = ByteBox(pieces.flatMap { Array($0) }).handedOver()
  }
}

@_cdecl("imprint_embedding_set_form")
public func embeddingSetForm(
  _ set: OpaquePointer?, _ form: UnsafeMutablePointer<imprint_embedding_form>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try required(form, "form").pointee = imprint_embedding_form(EmbeddingSetBox.set(set).space, scale: 1)
  }
}

@_cdecl("imprint_embedding_set_describe")
public func describeEmbeddingSet(
  _ set: OpaquePointer?, _ description: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let report = try EmbeddingSetReport(EmbeddingSetBox.set(set))
    try required(description, "description").pointee = ByteBox(json: report).handedOver()
  }
}

@_cdecl("imprint_embedding_set_add")
public func addToEmbeddingSet(
  _ set: OpaquePointer?, _ embeddings: UnsafeRawPointer?, _ labels: UnsafePointer<UnsafePointer<CChar>?>?,
  _ pictures: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let box = try Handle.borrow(set, as: EmbeddingSetBox.self)
    let labels = try texts(labels, count: count, "labels")
    let names = try texts(pictures, count: count, "pictures")
    guard count > 0 else { return }
    let start = try required(embeddings, "embeddings")
    let space = box.set.space
    let size = space.byteCount * space.augmentation.count
    try box.change { set in
      for place in 0..<count {
        let bytes = Bytes(Array(UnsafeRawBufferPointer(start: start + place * size, count: size)))
        try set.add(EmbeddedPicture(name: names[place], embeddings: bytes), to: labels[place])
      }
    }
  }
}

@_cdecl("imprint_embedding_set_embeddings")
public func embeddingsOfSet(
  _ set: OpaquePointer?, _ embeddings: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let set = try EmbeddingSetBox.set(set)
    guard set.hasEmbeddings else {
      throw EmbeddingSetError.pastBudget("reading individual embeddings", bytes: set.budget)
    }
    guard set.pictures > 0 else { return }
    var target = try required(embeddings, "embeddings")
    for picture in set.classes.flatMap(\.pictures) {
      picture.embeddings.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(start: target, count: bytes.count).copyMemory(from: bytes)
        target += bytes.count
      }
    }
  }
}

@_cdecl("imprint_embedding_set_merge")
public func mergeEmbeddingSets(
  _ set: OpaquePointer?, _ other: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    // A copy first: both may be the same set.
    let other = try EmbeddingSetBox.set(other)
    try Handle.borrow(set, as: EmbeddingSetBox.self).change { try $0.merge(other) }
  }
}

@_cdecl("imprint_embedding_set_subtract")
public func subtractEmbeddingSet(
  _ set: OpaquePointer?, _ other: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let other = try EmbeddingSetBox.set(other)
    try Handle.borrow(set, as: EmbeddingSetBox.self).change { try $0.subtract(other) }
  }
}

@_cdecl("imprint_embedding_set_remove")
public func removeFromEmbeddingSet(
  _ set: OpaquePointer?, _ label: UnsafePointer<CChar>?, _ picture: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let label = try text(label, "label")
    let picture = picture == nil ? nil : try text(picture, "picture")
    try Handle.borrow(set, as: EmbeddingSetBox.self).change { set in
      if let picture { try set.remove(picture: picture, from: label) } else { try set.remove(class: label) }
    }
  }
}

@_cdecl("imprint_embedding_set_rename")
public func renameInEmbeddingSet(
  _ set: OpaquePointer?, _ label: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let (label, name) = (try text(label, "label"), try text(name, "name"))
    try Handle.borrow(set, as: EmbeddingSetBox.self).change { try $0.rename(class: label, to: name) }
  }
}

@_cdecl("imprint_embedding_set_free")
public func freeEmbeddingSet(_ set: OpaquePointer?) { Handle.free(set) }

@_cdecl("imprint_teacher_open_from")
public func openTeacherFrom(
  _ path: UnsafePointer<CChar>?, _ set: OpaquePointer?, _ options: OpaquePointer?,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let set = try EmbeddingSetBox.set(set)
    let settings = try Options.settings(options)
    let teacher = try settings.teacher(for: modelFile(path), from: set)
    try required(made, "teacher").pointee = TeacherBox(teacher, cache: settings.embeddingCache).handedOver()
  }
}

@_cdecl("imprint_teacher_embeddings")
public func teacherEmbeddings(
  _ teacher: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let teacher = try Handle.borrow(teacher, as: TeacherBox.self).teacher
    let made = try required(made, "set")
    let set = try waiting { _ in await teacher.embeddings }
    made.pointee = EmbeddingSetBox(set).handedOver()
  }
}
