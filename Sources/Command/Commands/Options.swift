import ArgumentParser
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import TFLite

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

/// The options of all commands that run a classifier or a base model on pictures.
struct RunOptions: ParsableArguments {
  @OptionGroup(title: "Speed and devices") var speed: ExecutionOptions

  @Flag(help: "Stop at the first unreadable picture instead of skipping it.")
  var strict = false

  @Flag(help: "Print results as JSON.")
  var json = false

  @Flag(help: "Print the log of the LiteRT runtime.")
  var verbose = false

  /// How to run models.
  func execution() throws -> Execution { try speed.execution(Runtime(verbosity: verbose ? .verbose : .silent)) }
}

/// The option that turns the cache of embeddings off.
struct CacheOptions: ParsableArguments {
  @Flag(help: "Compute all embeddings, without reading or writing the cache.")
  var noCache = false

  /// The cache, if it is used.
  var cache: EmbeddingCache? { noCache ? nil : EmbeddingCache() }
}

/// The option that names a classifier's classes.
struct LabelFileOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Names of the model's classes: a text file of '<id> <label>' lines, or with one label per line.",
      valueName: "file"))
  var labels: String?

  /// The path of the label file, if one was given.
  var file: String? { labels }

  /// Returns the labels in the file, if one was given.
  func read() throws -> Labels? { try file.map { try Labels(contentsOf: URL(filePath: $0)) } }

  /// Returns the labels in the file; without one, and where the model carries no labels either, those in the `.txt` file
  /// beside the model, where Coral's scripts write them, and tells that it reads them.
  func read(orBeside url: URL, of model: Model) throws -> Labels? {
    if let given = try read() { return given }
    let beside = Teacher.labelFile(for: url)
    guard model.carriedLabels == nil, beside != url, FileManager.default.fileExists(atPath: beside.path) else {
      return nil
    }
    let labels = try Labels(contentsOf: beside)
    Terminal.note("the model has no labels; these are read from \(beside.relativePath)")
    return labels
  }
}

/// The layout of the label files that a command writes.
struct LabelFormatOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Layout of the label file: lines of '<id>  <label>' (indexed), or one label per line by number (plain).",
      valueName: "format"))
  var labelFormat = LabelFormat.indexed
}

/// Options on speed: arithmetic, threads, devices and the profile.
struct ExecutionOptions: ParsableArguments {
  @Option(
    help: """
      Arithmetic of uint8 models: as stored in the file (exact), or rewritten to int8, which is 1.5 to 2.7 times as fast \
      on processors with 8-bit dot products. Auto uses int8 on those processors. (default: auto)
      """)
  var arithmetic: ArithmeticChoice?

  @OptionGroup(title: "Input of the model") var normalization: NormalizationOptions
  @OptionGroup var work: ThreadOptions
  @OptionGroup var device: DeviceOptions

  @Flag(help: "Print the time spent on reading, decoding, resizing, inference and the other steps.")
  var profile = false

  /// Returns how to run models.
  func execution(_ runtime: Runtime? = nil) -> Execution {
    Execution(
      threads: work.threads, arithmetic: arithmetic?.arithmetic, device: device.device ?? .automatic,
      edgeTPU: device.use, cache: ModelCache(), runtime: runtime, kernels: .wanted, normalization: normalization.value,
      trial: ModelTrial.run)
  }

  /// Starts a profile if `--profile` was given.
  func startProfile() -> Profile? { profile ? Profile() : nil }
}

/// The normalisation of pictures.
struct NormalizationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Mean in the model's normalisation (byte − mean) / std of pictures: one number, or three for red, green and blue, \
      separated by commas. (default: as the model states, else 127.5)
      """, valueName: "numbers"))
  var mean: String?

  @Option(
    help: ArgumentHelp(
      "Standard deviation in the model's normalisation. (default: as the model states, else 127.5)",
      valueName: "numbers"))
  var std: String?

  // The spelling of TensorFlow's and Coral's scripts.
  @Option(name: .customLong("input_mean"), help: .hidden)
  var inputMean: String?
  @Option(name: .customLong("input_std"), help: .hidden)
  var inputStd: String?

  /// The normalisation, if one was given.
  private(set) var value: PictureNormalization?

  private enum CodingKeys: CodingKey {
    case mean, std, inputMean, inputStd
  }

  mutating func validate() throws {
    let (mean, std) = (mean ?? inputMean, std ?? inputStd)
    guard let mean, let std else {
      guard mean == nil, std == nil else {
        throw ValidationError("--mean and --std belong together: give both")
      }
      return
    }
    do {
      value = try PictureNormalization(mean: Self.numbers(mean, "--mean"), deviation: Self.numbers(std, "--std"))
    } catch let error as SurgeryError {
      throw ValidationError("--mean and --std: \(error.message)")
    }
  }

  private static func numbers(_ text: String, _ option: String) throws -> [Float] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      guard let number = Float(part.filter { !$0.isWhitespace }) else {
        throw ValidationError("\(option) is \(text); it takes a number, or three separated by commas")
      }
      return number
    }
  }
}

/// The number of threads.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Number of threads. (default: one per core)", valueName: "n"))
  var threads: Int?

  func validate() throws {
    guard let threads else { return }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads); it takes a number from 1 to 1024")
    }
    // OpenBLAS reads this when it is opened, which is when a head is solved. It does not replace a value that the user has set.
    setenv("OPENBLAS_NUM_THREADS", "\(threads)", 0)
  }
}

/// The device that models run on.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: """
      Device that runs the model: auto, cpu, edgetpu (all Edge TPUs), or the Edge TPUs that a bus, an index or a path \
      selects, such as usb, usb:0, pci:1, edgetpu:1 or /dev/apex_0; 'imprint devices' lists them. Auto uses Edge TPUs for \
      models compiled for them. (default: auto)
      """)
  var device: Device?

  @Option(help: ArgumentHelp("Clock of the Edge TPUs. (default: max)", valueName: "clock"))
  var edgetpuPerformance: EdgeTPUSettings.Performance?

  @Flag(help: "Load the firmware of a USB Edge TPU every time it is opened.")
  var edgetpuAlwaysDfu = false

  @Option(help: ArgumentHelp("Length of a USB Edge TPU's bulk-in queue, from 0 to 255. (default: 32)", valueName: "n"))
  var edgetpuBulkQueue: UInt8?

  @Option(help: ArgumentHelp("Log level of the Edge TPU library, from 0 to 10. (default: 0)", valueName: "level"))
  var edgetpuVerbosity: Int?

  func validate() throws {
    guard let edgetpuVerbosity, !(0...10).contains(edgetpuVerbosity) else { return }
    throw ValidationError("--edgetpu-verbosity is \(edgetpuVerbosity); it takes a number from 0 to 10")
  }

  /// How to use Edge TPUs.
  var use: EdgeTPUOptions {
    EdgeTPUOptions(
      settings: EdgeTPUSettings(
        performance: edgetpuPerformance, usbAlwaysDFU: edgetpuAlwaysDfu ? true : nil,
        usbMaxBulkInQueueLength: edgetpuBulkQueue, verbosity: edgetpuVerbosity),
      trial: DeviceTrial.run)
  }
}

/// The limit on stored embeddings.
struct BudgetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Megabytes of embeddings to store. Beyond them only sums are stored. (default: \
      \(EmbeddingSet.defaultBudget / 1_000_000), or more if an input file was written with more)
      """, valueName: "MB"))
  var budget: Int?

  /// The budget in bytes, if one was given.
  var bytes: Int? { budget.map { $0.multipliedReportingOverflow(by: 1_000_000).overflow ? .max : $0 * 1_000_000 } }

  /// Returns the budget in bytes: the one given, else the largest of the default and the budgets of the input files, so that
  /// embeddings are dropped only on request.
  func bytes(merging parts: [EmbeddingSet]) -> Int {
    bytes ?? parts.reduce(EmbeddingSet.defaultBudget) { max($0, $1.budget) }
  }

  func validate() throws {
    if let budget, budget < 0 { throw ValidationError("--budget is \(budget); it takes a number from 0") }
  }
}
