public import CImprint
import Imprinting
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@_cdecl("imprint_default_model_path")
public func defaultModelPath(
  _ path: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) { try required(path, "path").pointee = ByteBox(DefaultModel.location.path.utf8).handedOver() }
}

@_cdecl("imprint_default_model_make")
public func makeDefaultModel(
  _ weights: UnsafePointer<CChar>?, _ output: UnsafePointer<CChar>?, _ progress: imprint_progress?,
  _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let weights = URL(filePath: try text(weights, "weights"))
    let given = output == nil ? nil : URL(filePath: try text(output, "output"))
    try waiting(ProgressCall(function: progress, context: context)) { _ in
      let model = try DefaultModel.make(weights: weights).serialized()
      try Task.checkCancellation()
      let file = given ?? DefaultModel.location
      if given == nil {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      }
      try model.write(to: file)
    }
  }
}
