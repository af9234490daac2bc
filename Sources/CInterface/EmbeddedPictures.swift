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

/// What embedding pictures into a set did, as JSON.
struct EmbeddingReport: Encodable {
  struct Skipped: Encodable {
    let index: Int
    let message, identifier: String
  }

  /// The number of pictures that the set already had.
  var copies = 0
  /// The pictures that could not be read.
  var skipped: [Skipped] = []
}

extension EmbeddingSetBox {
  /// Embeds pictures, and adds those that can be read: all or none.
  func embed(
    _ pictures: [PictureItem], by extractor: Extractor, labels: [String], progress: ProgressCall
  ) throws -> EmbeddingReport {
    guard !pictures.isEmpty else { return EmbeddingReport() }
    let found = try waiting(progress) { meter in
      meter.begin(pictures.count)
      var found: [Result<EmbeddedPicture, PictureError>] = []
      found.reserveCapacity(pictures.count)
      try await extractor.embed(.items(pictures), profile: nil) { index, picture in
        found.append(picture)
        meter.note(index + 1)
      }
      return found
    }
    var report = EmbeddingReport()
    try change { set in
      guard set.space == extractor.space else {
        throw InvalidArgument("the set is not of the extractor's embeddings")
      }
      for (index, (result, label)) in zip(found, labels).enumerated() {
        switch result {
        case .success(let picture): report.copies += try set.add(picture, to: label) ? 0 : 1
        case .failure(let error):
          report.skipped.append(.init(index: index, message: error.description, identifier: error.identifier))
        }
      }
    }
    return report
  }
}

/// Embeds pictures into a set, and stores the report.
private func embed(
  _ set: OpaquePointer?, _ extractor: OpaquePointer?, _ labels: UnsafePointer<UnsafePointer<CChar>?>?,
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int, _ progress: ProgressCall,
  _ done: UnsafeMutablePointer<OpaquePointer?>?, _ contents: () throws -> [PictureItem.Content]
) throws {
  let box = try Handle.borrow(set, as: EmbeddingSetBox.self)
  let extractor = try Handle.borrow(extractor, as: ExtractorBox.self).extractor
  let labels = try texts(labels, count: count, "labels")
  let names = try names == nil ? nil : texts(names, count: count, "names")
  let pictures = try contents().enumerated().map { place, content in
    let name = if case .file(let file) = content { file.relativePath } else { "\(place + 1)" }
    return PictureItem(name: names?[place] ?? name, content, isIdentified: true)
  }
  let report = try box.embed(pictures, by: extractor, labels: labels, progress: progress)
  done?.pointee = try ByteBox(json: report).handedOver()
}

@_cdecl("imprint_embedding_set_embed_files")
public func embedFilesIntoSet(
  _ set: OpaquePointer?, _ extractor: OpaquePointer?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?,
  _ labels: UnsafePointer<UnsafePointer<CChar>?>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ done: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try embed(set, extractor, labels, names, count, ProgressCall(function: progress, context: context), done) {
      try files(paths, count: count).map { .file($0) }
    }
  }
}

@_cdecl("imprint_embedding_set_embed_encoded")
public func embedEncodedIntoSet(
  _ set: OpaquePointer?, _ extractor: OpaquePointer?, _ pictures: UnsafePointer<imprint_encoded>?,
  _ labels: UnsafePointer<UnsafePointer<CChar>?>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ done: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try embed(set, extractor, labels, names, count, ProgressCall(function: progress, context: context), done) {
      try encoded(pictures, count: count).map { .encoded($0) }
    }
  }
}

@_cdecl("imprint_embedding_set_embed_pixels")
public func embedPixelsIntoSet(
  _ set: OpaquePointer?, _ extractor: OpaquePointer?, _ pictures: UnsafePointer<imprint_pixels>?,
  _ labels: UnsafePointer<UnsafePointer<CChar>?>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ done: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try embed(set, extractor, labels, names, count, ProgressCall(function: progress, context: context), done) {
      try PixelBuffer.all(pictures, count: count).map { .pixels($0) }
    }
  }
}
