import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The options of every command that runs a model.
struct RunOptions: ParsableArguments {
  @Option(help: "Names of the model's classes: a text file of '<id>  <label>' lines, or of one label a line.")
  var labels: String?

  // As Coral's scripts write it: Documentation/coming-from-coral.md.
  @Option(help: .hidden)
  var label: String?

  @OptionGroup var precision: PrecisionOptions

  @Flag(help: "Fail at the first picture that cannot be read, instead of passing over it.")
  var strict = false

  @Flag(help: "Print results as JSON.")
  var json = false

  @Flag(help: "Print what the runtime says while it works.")
  var verbose = false

  /// The classifier of a file.
  func classifier(
    _ model: String, resize: Resize?, views: Augmentation = .one, unknown: UnknownAnswers = .asTaught
  ) throws -> Classifier {
    try Classifier(
      contentsOf: URL(filePath: model), labels: readLabels(), resize: resize, views: views, unknown: unknown,
      execution: execution())
  }

  /// How the command runs models.
  func execution() throws -> Execution { try precision.execution(runtime()) }

  /// The runtime, as talkative as is wanted.
  func runtime() throws -> Runtime { try Runtime(verbosity: verbose ? .verbose : .silent) }

  /// The file of labels that was named, if one was.
  var labelFile: String? { labels ?? label }

  /// The labels of the file that was named, if one was.
  func readLabels() throws -> Labels? { try labelFile.map { try Labels(contentsOf: URL(filePath: $0)) } }
}

extension Resize: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// In whose arithmetic a command runs a model, and on what.
struct PrecisionOptions: ParsableArguments {
  @Option(
    help: """
      In whose arithmetic the model runs: auto, exact or rewritten. Rewritten, a uint8 model runs as int8, 1.5 to 2.7 \
      times as fast on processors with 8-bit dot products; auto does so on these. (default: auto)
      """)
  var precision: Precision?

  @OptionGroup var work: ThreadOptions
  @OptionGroup var device: DeviceOptions

  /// How the command runs models.
  func execution(_ runtime: Runtime? = nil) -> Execution {
    Execution(
      threads: work.threads, precision: precision ?? .automatic, device: device.device ?? .automatic,
      edgeTPU: device.use, cache: ModelCache(), runtime: runtime)
  }
}

extension Precision: ExpressibleByArgument {}

/// How many threads a command uses.
struct ThreadOptions: ParsableArguments {
  @Option(help: "How many threads to use. (default: one a core)")
  var threads: Int?

  func validate() throws {
    guard let threads else { return }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads); it takes a number from 1 to 1024")
    }
    // OpenBLAS asks for it when it is opened, which is when a head is solved for; what the user has set before stands.
    setenv("OPENBLAS_NUM_THREADS", "\(threads)", 0)
  }
}

/// What a command runs models on.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: """
      What the model runs on: auto, cpu, edgetpu for all Coral devices, or some of these: edgetpu:1, usb, usb:0, pci:1, \
      :0 or a path, as 'imprint devices' lists them. Auto takes them where the model is compiled for them. (default: auto)
      """)
  var device: Device?

  @Option(help: "The clock of Coral devices: low, medium, high or max. (default: max)")
  var edgetpuPerformance: EdgeTPUSettings.Performance?

  @Flag(help: "Give a Coral device on USB its firmware each time that it is opened.")
  var edgetpuAlwaysDfu = false

  @Option(help: "How many answers a Coral device on USB may have under way, from 0 to 255. (default: 32)")
  var edgetpuBulkQueue: UInt8?

  @Option(help: "How much the library of Coral devices says on standard error, from 0 to 10. (default: 0)")
  var edgetpuVerbosity: Int?

  func validate() throws {
    guard let edgetpuVerbosity, !(0...10).contains(edgetpuVerbosity) else { return }
    throw ValidationError("--edgetpu-verbosity is \(edgetpuVerbosity); it takes a number from 0 to 10")
  }

  /// How Edge TPUs are used.
  var use: EdgeTPUUse {
    EdgeTPUUse(
      settings: EdgeTPUSettings(
        performance: edgetpuPerformance, usbAlwaysDFU: edgetpuAlwaysDfu ? true : nil,
        usbMaxBulkInQueueLength: edgetpuBulkQueue, verbosity: edgetpuVerbosity),
      trial: DeviceTrial.run)
  }
}

extension Device: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension EdgeTPUSettings.Performance: ExpressibleByArgument {}

/// How much of what is seen is kept as it is.
struct BudgetOptions: ParsableArguments {
  @Option(
    help: """
      Megabytes of embeddings beyond which only sums are kept. (default: \(EmbeddingSet.defaultBudget / 1_000_000), or the most \
      that a file that is gone on with was allowed)
      """)
  var budget: Int?

  /// The budget in bytes: the one asked for, else the usual one, or a greater one of what is gone on with, so that no
  /// embedding is lost that nobody wants to lose.
  func bytes(goingOnWith earlier: [EmbeddingSet] = []) -> Int {
    guard let budget else { return earlier.reduce(EmbeddingSet.defaultBudget) { max($0, $1.budget) } }
    return budget.multipliedReportingOverflow(by: 1_000_000).overflow ? .max : budget * 1_000_000
  }

  func validate() throws {
    if let budget, budget < 0 { throw ValidationError("--budget is \(budget); it takes a number from 0") }
  }
}
