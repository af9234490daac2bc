public import CImprint
import Heads
import Imprinting
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

final class EngineBox: Handle {
  let engine: ImprintingEngine

  init(_ engine: ImprintingEngine) { self.engine = engine }

  /// Copies pictures that have the size of the engine's input.
  func pictures(_ pixels: UnsafePointer<UInt8>?, count: Int) throws -> [PixelTensor] {
    guard count > 0 else { throw ImprintingError.noPictures }
    let start = try required(pixels, "pictures")
    let (width, height) = (engine.input.width, engine.input.height)
    let size = engine.input.pictureByteCount
    return (0..<count).compactMap { place in
      PixelTensor(
        width: width, height: height, pixels: Array(UnsafeBufferPointer(start: start + place * size, count: size)))
    }
  }
}

@_cdecl("imprint_engine_open")
public func openEngine(
  _ path: UnsafePointer<CChar>?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let path = try text(path, "path")
    let settings = try Options.settings(options)
    let made = try required(made, "engine")
    let engine = try naming(path) {
      try ImprintingEngine(
        model: URL(filePath: path), keepClasses: settings.keepsClasses, labels: settings.labels,
        execution: settings.execution())
    }
    made.pointee = EngineBox(engine).handedOver()
  }
}

@_cdecl("imprint_engine_class_count")
public func engineClassCount(_ engine: OpaquePointer?) -> Int {
  guard let engine = Handle.find(engine, as: EngineBox.self)?.engine else { return 0 }
  return (try? waiting { _ in await engine.classCount }) ?? 0
}

@_cdecl("imprint_engine_dimension")
public func engineDimension(_ engine: OpaquePointer?) -> Int {
  Handle.find(engine, as: EngineBox.self)?.engine.embeddingDimension ?? 0
}

@_cdecl("imprint_engine_input")
public func engineInput(
  _ engine: OpaquePointer?, _ width: UnsafeMutablePointer<Int32>?, _ height: UnsafeMutablePointer<Int32>?
) {
  let input = Handle.find(engine, as: EngineBox.self)?.engine.input
  width?.pointee = Int32(clamping: input?.width ?? 0)
  height?.pointee = Int32(clamping: input?.height ?? 0)
}

@_cdecl("imprint_engine_train")
public func trainEngine(
  _ engine: OpaquePointer?, _ pictures: UnsafePointer<UInt8>?, _ count: Int, _ classID: Int,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let box = try Handle.borrow(engine, as: EngineBox.self)
    let (pictures, engine) = (try box.pictures(pictures, count: count), box.engine)
    try waiting { _ in try await engine.train(pictures, classID: classID) }
  }
}

@_cdecl("imprint_engine_train_embedding")
public func trainEngineWithEmbedding(
  _ engine: OpaquePointer?, _ embedding: UnsafePointer<Float>?, _ dimension: Int, _ classID: Int,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let engine = try Handle.borrow(engine, as: EngineBox.self).engine
    let embedding = try rows(embedding, count: 1, width: max(0, dimension))[0]
    try waiting { _ in try await engine.train(embedding: embedding, classID: classID) }
  }
}

@_cdecl("imprint_engine_name")
public func nameEngineClass(
  _ engine: OpaquePointer?, _ classID: Int, _ name: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let engine = try Handle.borrow(engine, as: EngineBox.self).engine
    let name = try text(name, "name")
    try waiting { _ in try await engine.setName(name, of: classID) }
  }
}

@_cdecl("imprint_engine_embed")
public func embedByEngine(
  _ engine: OpaquePointer?, _ pictures: UnsafePointer<UInt8>?, _ count: Int, _ embeddings: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let box = try Handle.borrow(engine, as: EngineBox.self)
    let (pictures, engine) = (try box.pictures(pictures, count: count), box.engine)
    let embeddings = try required(embeddings, "embeddings")
    let values = try waiting { _ in try await engine.embed(pictures).flatMap(\.values) }
    embeddings.update(from: values, count: values.count)
  }
}

@_cdecl("imprint_engine_classify_tensor")
public func classifyByEngine(
  _ engine: OpaquePointer?, _ tensor: UnsafeRawPointer?, _ size: Int, _ threshold: Float, _ topK: Int,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let engine = try Handle.borrow(engine, as: EngineBox.self).engine
    let tensor = try copied(tensor, size: size)
    let made = try required(made, "answers")
    let classifier = try waiting { _ in try await engine.classifier() }
    let answer = try tensor.withUnsafeBytes { try classifier.classify(tensor: $0, threshold: threshold, topK: topK) }
    made.pointee = AnswersBox([.success(answer)]).handedOver()
  }
}

@_cdecl("imprint_engine_save")
public func saveEngine(
  _ engine: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let engine = try Handle.borrow(engine, as: EngineBox.self).engine
    let path = try text(path, "path")
    try waiting { _ in try await engine.save(to: URL(filePath: path)) }
  }
}

@_cdecl("imprint_engine_model")
public func engineModel(
  _ engine: OpaquePointer?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let engine = try Handle.borrow(engine, as: EngineBox.self).engine
    let model = try required(model, "model")
    let bytes = try waiting { _ in try await engine.serialized().bytes() }
    model.pointee = ByteBox(bytes).handedOver()
  }
}

@_cdecl("imprint_engine_extractor")
public func engineExtractor(
  _ engine: OpaquePointer?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let engine = try Handle.borrow(engine, as: EngineBox.self).engine
    try required(model, "model").pointee = ByteBox(engine.extractor.serialized().bytes()).handedOver()
  }
}

@_cdecl("imprint_engine_free")
public func freeEngine(_ engine: OpaquePointer?) { Handle.free(engine) }
