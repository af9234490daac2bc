import Heads
import Imprinting
import Inference
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `model fetch` prints.
struct FetchReport: Encodable {
  /// Where the model is.
  let model: String
  /// Whether it was made now, and not there already; what follows is known of one that was made.
  let isNew: Bool
  private(set) var bytes: Int?
  private(set) var sha256: String?
  private(set) var isFloat: Bool?
  private(set) var package, version, license, weightsSHA256: String?

  /// A model that was there already.
  init(present file: URL) {
    model = file.path
    isNew = false
  }

  /// A model that was made.
  init(made contents: SerializedModel, from source: PublishedWeights, isFloat: Bool, output: URL) throws {
    model = output.path
    isNew = true
    let whole = contents.bytes()
    bytes = whole.count
    sha256 = try Bytes(whole).sha256
    self.isFloat = isFloat
    package = source.package
    version = source.version
    license = source.license
    weightsSHA256 = source.sha256
  }

  var text: String {
    guard let bytes, let sha256, let package, let version, let license, let weightsSHA256 else {
      return "Model    \(model), there already"
    }
    return """
      Model    \(model), \(Decimals.string(Double(bytes) / 1e6, places: 1)) MB
               SHA-256 \(sha256)
      Source   \(package) \(version), from the Python Package Index
               SHA-256 \(weightsSHA256)
      Licence  \(license)
      """
  }
}
