public import Heads
public import LiteRT
public import ModelSurgery
public import TFLite

/// How to run models: the device, the number of threads, the arithmetic and the runtime.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: file, execution: Execution(threads: 2, arithmetic: .exact))
/// ```
public struct Execution: Sendable {
  /// The number of threads; nil for one per core.
  public var threads: Int?
  /// The arithmetic; nil for the one that ``ArithmeticTable`` has for this processor.
  ///
  /// Most processors run a uint8 model faster once it is rewritten as int8, as ``/ModelSurgery/Requantization`` does in memory.
  /// Its numbers differ a little: top-1 accuracy on flowers17 stays within 0.006. Exact arithmetic gives the numbers of other
  /// programs that run the file on the same kind of processor; for uint8, the runtime rounds differently on x86-64 and Arm.
  public var arithmetic: Arithmetic?
  /// The device.
  public var device: Device
  /// How to use Edge TPUs, for a model that runs on them.
  public var edgeTPU: EdgeTPUOptions
  /// The cache of prepared models; nil for no cache.
  public var cache: ModelCache?
  /// The runtime; nil to open one when it is needed.
  public var runtime: Runtime?
  /// When to use Imprint's own kernels in place of the runtime's. They compute the same bits, where the processor has AVX2; by
  /// default they are used where they are faster, and for several pictures, each on one thread.
  public var kernels: Kernels.Use
  /// How a picture's bytes become the model's input, in place of what the file says; nil for what the file says.
  ///
  /// A float file without metadata does not say it, and the default, −1 to 1, is wrong for some: a network that expects bytes
  /// or ImageNet's mean and deviation then answers at random. Models made from the file store the normalisation.
  public var normalization: PictureNormalization?
  /// A function that tries a model in a separate process; nil to run every model untried.
  ///
  /// It is called before a model runs that has operators which `checkRunnable()` does not fully check. The runtime may crash
  /// on a damaged or hostile file that uses them, and with it the process. The function takes the bytes of the file, text that
  /// tells the file from others, and the names of these operators. It throws an error if the model cannot be run.
  public var trial: ModelTrial?

  /// Tries a model; see ``trial``.
  public typealias ModelTrial = @Sendable (_ file: Bytes, _ identity: String, _ operators: [String]) throws -> Void

  /// Tries a model if it has operators that `checkRunnable()` does not fully check.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - file: The bytes of its file.
  ///   - identity: Text that tells the file from others; by default its SHA-256.
  ///   - trial: The function that tries it.
  /// - Throws: The errors of the trial.
  static func tryOut(_ model: Model, file: Bytes, identity: String? = nil, by trial: ModelTrial?) throws {
    let operators = model.unprovenOperators
    guard let trial, !operators.isEmpty else { return }
    try trial(file, identity ?? file.sha256, operators)
  }

  /// Creates the options.
  ///
  /// - Parameters:
  ///   - threads: The number of threads; by default one per core.
  ///   - arithmetic: The arithmetic; by default the one that ``ArithmeticTable`` has for this processor.
  ///   - device: The device; by default Edge TPUs for models that were compiled for them, otherwise the processor.
  ///   - edgeTPU: How to use Edge TPUs.
  ///   - cache: The cache of prepared models; by default none.
  ///   - runtime: The runtime; by default one is opened when it is needed.
  ///   - kernels: When to use Imprint's own kernels; by default where they are faster.
  ///   - normalization: How a picture's bytes become the model's input; by default as the file says.
  ///   - trial: A function that tries models with unusual operators in a separate process; by default none.
  public init(
    threads: Int? = nil, arithmetic: Arithmetic? = nil, device: Device = .automatic,
    edgeTPU: EdgeTPUOptions = EdgeTPUOptions(), cache: ModelCache? = nil, runtime: Runtime? = nil,
    kernels: Kernels.Use = .automatic, normalization: PictureNormalization? = nil, trial: ModelTrial? = nil
  ) {
    self.threads = threads
    self.arithmetic = arithmetic
    self.device = device
    self.edgeTPU = edgeTPU
    self.cache = cache
    self.runtime = runtime
    self.kernels = kernels
    self.normalization = normalization
    self.trial = trial
  }

  /// Returns a model whose metadata states ``normalization``, if that is given, otherwise the model itself.
  ///
  /// - Throws: `TFLiteError` if the metadata is newer than the known schema.
  package func normalized(_ model: Model) throws(TFLiteError) -> Model {
    guard let normalization else { return model }
    var model = model
    try model.setPictureNormalization(normalization)
    return model
  }

  /// Exact arithmetic, and the default for everything else.
  public static let exact = Execution(arithmetic: .exact)

  /// The same options with exact arithmetic.
  package var exactly: Execution {
    var execution = self
    execution.arithmetic = .exact
    return execution
  }

  /// Returns the Edge TPUs on which to run a model; none for the processor.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - file: The bytes of the model's file.
  /// - Throws: ``InferenceError/needsEdgeTPU(operators:reason:)``, ``InferenceError/notForEdgeTPU``, `EdgeTPUError` where
  ///   the device is ``Device/edgeTPU(_:)``, and the errors of the trial.
  func edgeTPUs(for model: Model, file: Bytes) throws -> [EdgeTPU] {
    let count = model.compiledOperatorCount
    let operators = "\(count == 1 ? "operator" : "\(count) operators") \(Model.compiledOperatorName)"
    switch device {
    case .automatic where count > 0:
      do {
        return try edgeTPU.devices(.all(nil), for: file)
      } catch let error as EdgeTPUError {
        throw InferenceError.needsEdgeTPU(operators: operators, reason: "\(error)")
      }
    case .cpu where count > 0:
      throw InferenceError.needsEdgeTPU(operators: operators, reason: "the processor was requested")
    case .automatic, .cpu:
      return []
    case .edgeTPU(let choice):
      guard count > 0 else { throw InferenceError.notForEdgeTPU }
      return try edgeTPU.devices(choice, for: file)
    }
  }
}

/// Options for models that run on Edge TPUs.
public struct EdgeTPUOptions: Sendable {
  /// A function that tries out a library before this process uses it to list devices. It takes the library, the bytes of a
  /// model's file and the choice of devices, and throws an error if the library does not work.
  public typealias Trial = @Sendable (EdgeTPULibrary, Bytes, EdgeTPUChoice) throws -> Void

  /// The path of the Edge TPU library; nil for the default library of ``/LiteRT/EdgeTPULibrary/init()``.
  public var library: String?
  /// The settings of each device.
  public var settings: EdgeTPUSettings
  /// A function that tries out the library; nil to use it untried.
  ///
  /// A library that was built for another runtime can crash the process. The function should therefore start a separate
  /// process, which calls ``/LiteRT/EdgeTPU/tryOut(_:)``.
  public var trial: Trial?

  /// Creates the options.
  ///
  /// - Parameters:
  ///   - library: The path of the library; by default `$IMPRINT_EDGETPU`, or the library that the system's loader finds.
  ///   - settings: The settings of each device.
  ///   - trial: A function that tries out the library; by default it is used untried.
  public init(library: String? = nil, settings: EdgeTPUSettings = EdgeTPUSettings(), trial: Trial? = nil) {
    self.library = library
    self.settings = settings
    self.trial = trial
  }

  /// Tries out the library and returns the chosen devices.
  ///
  /// - Throws: `EdgeTPUError`, and the errors of the trial.
  func devices(_ choice: EdgeTPUChoice, for file: Bytes) throws -> [EdgeTPU] {
    let opened = try library.map { try EdgeTPULibrary(path: $0) } ?? EdgeTPULibrary()
    try trial?(opened, file, choice)
    return try opened.devices(choice).map { EdgeTPU($0, library: opened, settings: settings) }
  }
}
