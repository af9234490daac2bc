public import CImprint
import Heads
import Imprinting
import Inference
import Pictures
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

final class ExtractorBox: Handle {
  let extractor: Extractor

  init(_ extractor: Extractor) { self.extractor = extractor }

  /// Stores the embeddings of pictures as the network has them.
  func embed(_ pictures: PictureSource, progress: ProgressCall, embeddings: UnsafeMutableRawPointer?) throws {
    let embeddings = try required(embeddings, "embeddings")
    let extractor = extractor
    let bytes = try waiting(progress) { meter in
      meter.begin(pictures.count)
      var bytes: [UInt8] = []
      bytes.reserveCapacity(pictures.count * extractor.space.byteCount * extractor.space.augmentation.count)
      try await extractor.embed(pictures, profile: nil) { index, picture in
        bytes.append(contentsOf: try picture.get().embeddings)
        meter.note(index + 1)
      }
      return bytes
    }
    bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: embeddings, count: $0.count).copyMemory(from: $0) }
  }
}

extension imprint_embedding_form {
  init(_ space: EmbeddingSpace, scale: Float) {
    let element =
      switch space.element {
      case .uint8: IMPRINT_UINT8
      case .int8: IMPRINT_INT8
      case .float32: IMPRINT_FLOAT32
      }
    self.init(
      dimension: space.dimension, views: space.augmentation.count, element: element,
      zero_point: Int32(clamping: space.zeroPoint), scale: scale, is_non_negative: space.isNonNegative ? 1 : 0)
  }
}

/// Returns the model at a path, or the default model for NULL.
func modelFile(_ path: UnsafePointer<CChar>?) throws -> URL {
  try DefaultModel.url(orGiven: path == nil ? nil : URL(filePath: text(path, "path")))
}

@_cdecl("imprint_extractor_open")
public func openExtractor(
  _ path: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let file = try modelFile(path)
    let settings = try Options.settings(options)
    let made = try required(made, "extractor")
    let extractor = try naming(file.relativePath) {
      try Extractor(
        model: file, resize: settings.resize, augmentation: settings.augmentation ?? .off,
        execution: settings.execution())
    }
    made.pointee = ExtractorBox(extractor).handedOver()
  }
}

@_cdecl("imprint_extractor_form")
public func extractorForm(
  _ extractor: OpaquePointer?, _ form: UnsafeMutablePointer<imprint_embedding_form>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let extractor = try Handle.borrow(extractor, as: ExtractorBox.self).extractor
    try required(form, "form").pointee = imprint_embedding_form(extractor.space, scale: extractor.unit)
  }
}

@_cdecl("imprint_extractor_embed_files")
public func embedFiles(
  _ extractor: OpaquePointer?, _ paths: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ embeddings: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(extractor, as: ExtractorBox.self).embed(
      .files(files(paths, count: count)), progress: ProgressCall(function: progress, context: context),
      embeddings: embeddings)
  }
}

@_cdecl("imprint_extractor_embed_pixels")
public func embedPixels(
  _ extractor: OpaquePointer?, _ pictures: UnsafePointer<imprint_pixels>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ embeddings: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(extractor, as: ExtractorBox.self).embed(
      .pixels(PixelBuffer.all(pictures, count: count)), progress: ProgressCall(function: progress, context: context),
      embeddings: embeddings)
  }
}

@_cdecl("imprint_extractor_embed_encoded")
public func embedEncoded(
  _ extractor: OpaquePointer?, _ pictures: UnsafePointer<imprint_encoded>?, _ count: Int,
  _ progress: imprint_progress?, _ context: UnsafeMutableRawPointer?, _ embeddings: UnsafeMutableRawPointer?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(extractor, as: ExtractorBox.self).embed(
      encodedSource(pictures, count: count), progress: ProgressCall(function: progress, context: context),
      embeddings: embeddings)
  }
}

@_cdecl("imprint_extractor_free")
public func freeExtractor(_ extractor: OpaquePointer?) { Handle.free(extractor) }
