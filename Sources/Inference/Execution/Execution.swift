import Heads
import LiteRT

/// How models are run: on what, in whose arithmetic, and by which runtime.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: file, execution: Execution(threads: 2, precision: .exact))
/// ```
public struct Execution: Sendable {
  /// How many threads to use; nil for one a core.
  public var threads: Int?
  /// In whose arithmetic models are run.
  public var precision: Precision
  /// What models are run on.
  public var device: Device
  /// How Edge TPUs are used, where a model is run on them.
  public var edgeTPU: EdgeTPUUse
  /// Where what is made of a model to run it is kept from run to run; nil for nowhere.
  public var cache: ModelCache?
  /// The runtime; nil for one that is opened when it is needed.
  public var runtime: Runtime?

  /// - Parameters:
  ///   - threads: How many threads to use; by default one a core.
  ///   - precision: In whose arithmetic models are run; by default the faster one where the processor gains from it.
  ///   - device: What models are run on; by default Edge TPUs where they were compiled for them, else the processor.
  ///   - edgeTPU: How Edge TPUs are used.
  ///   - cache: Where what is made of a model to run it is kept; by default nowhere.
  ///   - runtime: The runtime; by default one is opened.
  public init(
    threads: Int? = nil, precision: Precision = .automatic, device: Device = .automatic,
    edgeTPU: EdgeTPUUse = EdgeTPUUse(), cache: ModelCache? = nil, runtime: Runtime? = nil
  ) {
    self.threads = threads
    self.precision = precision
    self.device = device
    self.edgeTPU = edgeTPU
    self.cache = cache
    self.runtime = runtime
  }

  /// In the file's own arithmetic, and by default in everything else.
  public static let exact = Execution(precision: .exact)

  /// The same in the file's own arithmetic.
  package var exactly: Execution {
    var execution = self
    execution.precision = .exact
    return execution
  }
}
