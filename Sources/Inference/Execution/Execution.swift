public import Heads
public import LiteRT
import ModelSurgery
public import TFLite

/// How to run models: on which device, in which arithmetic, and by which runtime.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: file, execution: Execution(threads: 2, arithmetic: .exact))
/// ```
public struct Execution: Sendable {
  /// The number of threads; nil for one a core.
  public var threads: Int?
  /// The arithmetic; nil for int8 where the processor gains from it, else exact.
  ///
  /// Processors that sum products of signed bytes in one instruction run a uint8 model 1.5 to 2.7 times as fast once it is
  /// rewritten as int8, as ``/ModelSurgery/Requantization`` does in memory. Its numbers differ a little: top-1 accuracy on
  /// flowers17 stays within 0.006. Exact arithmetic gives the same numbers on every processor, and those of other programs
  /// that run the file.
  public var arithmetic: Arithmetic?
  /// The device.
  public var device: Device
  /// How to use Edge TPUs, for a model that runs on them.
  public var edgeTPU: EdgeTPUOptions
  /// Where prepared forms of models are kept from run to run; nil for nowhere.
  public var cache: ModelCache?
  /// The runtime; nil for one that is opened when it is needed.
  public var runtime: Runtime?

  /// - Parameters:
  ///   - threads: The number of threads; by default one a core.
  ///   - arithmetic: The arithmetic; by default int8 where the processor gains from it, else exact.
  ///   - device: The device; by default Edge TPUs for models that were compiled for them, else the processor.
  ///   - edgeTPU: How to use Edge TPUs.
  ///   - cache: Where prepared forms of models are kept; by default nowhere.
  ///   - runtime: The runtime; by default one is opened.
  public init(
    threads: Int? = nil, arithmetic: Arithmetic? = nil, device: Device = .automatic,
    edgeTPU: EdgeTPUOptions = EdgeTPUOptions(), cache: ModelCache? = nil, runtime: Runtime? = nil
  ) {
    self.threads = threads
    self.arithmetic = arithmetic
    self.device = device
    self.edgeTPU = edgeTPU
    self.cache = cache
    self.runtime = runtime
  }

  /// Exact arithmetic, and the default for everything else.
  public static let exact = Execution(arithmetic: .exact)

  /// The same in exact arithmetic.
  package var exactly: Execution {
    var execution = self
    execution.arithmetic = .exact
    return execution
  }

  /// Returns the Edge TPUs to run a model on; none for the processor.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - file: Its bytes.
  /// - Throws: ``InferenceError/needsEdgeTPU(operators:reason:)`` and ``InferenceError/notForEdgeTPU``; where devices were
  ///   asked for, `EdgeTPUError`; what the trial throws.
  func edgeTPUs(for model: Model, file: Bytes) throws -> [EdgeTPU] {
    let count = model.compiledOperatorCount
    let operators = "\(count == 1 ? "operator" : "\(count) operators") \(Model.compiledOperatorName)"
    switch device {
    case .automatic where count > 0:
      do {
        return try edgeTPU.devices(.all(nil), for: file)
      } catch let error as EdgeTPUError {
        throw InferenceError.needsEdgeTPU(operators: operators, reason: "here \(error)")
      }
    case .cpu where count > 0:
      throw InferenceError.needsEdgeTPU(operators: operators, reason: "here it was to run on the processor")
    case .automatic, .cpu:
      return []
    case .edgeTPU(let choice):
      guard count > 0 else { throw InferenceError.notForEdgeTPU }
      return try edgeTPU.devices(choice, for: file)
    }
  }
}

/// How to use Edge TPUs, for models that run on them.
public struct EdgeTPUOptions: Sendable {
  /// A function that tries a library out before it lists devices in this process. It takes the library, a model's file and
  /// the choice of devices, and throws what is wrong with the library.
  public typealias Trial = @Sendable (EdgeTPULibrary, Bytes, EdgeTPUChoice) throws -> Void

  /// The path of the library that drives them; nil for ``/LiteRT/EdgeTPULibrary/init()``'s.
  public var library: String?
  /// The settings of each device.
  public var settings: EdgeTPUSettings
  /// A function that tries the library out; nil to trust it.
  ///
  /// A library that was built for another runtime can crash the process. Only a process of its own finds out without harm;
  /// it calls ``/LiteRT/EdgeTPU/tryOut(_:)``.
  public var trial: Trial?

  /// - Parameters:
  ///   - library: The path of the library; by default `$IMPRINT_EDGETPU`, or what the system's loader finds.
  ///   - settings: The settings of each device.
  ///   - trial: A function that tries the library out; by default it is trusted.
  public init(library: String? = nil, settings: EdgeTPUSettings = EdgeTPUSettings(), trial: Trial? = nil) {
    self.library = library
    self.settings = settings
    self.trial = trial
  }

  /// Returns the devices of a choice, once the library was tried out.
  ///
  /// - Throws: `EdgeTPUError`, and what the trial throws.
  func devices(_ choice: EdgeTPUChoice, for file: Bytes) throws -> [EdgeTPU] {
    let opened = try library.map { try EdgeTPULibrary(path: $0) } ?? EdgeTPULibrary()
    try trial?(opened, file, choice)
    return try opened.devices(choice).map { EdgeTPU($0, library: opened, settings: settings) }
  }
}
