import CLiteRT
import Dispatch
import Platform
import Synchronization

/// The LiteRT runtime, opened and ready to load models: the library and one environment.
///
/// Opening it takes about a millisecond. It may be used from any thread, and models loaded with it keep it alive.
public final class Runtime: Sendable {
  /// How much of the runtime's log reaches standard error.
  ///
  /// The runtime has one severity for the whole process: that of the environment made last.
  public enum Verbosity: Sendable, Hashable {
    /// Nothing. If the runtime fails, the thrown error contains its messages.
    case silent
    /// Everything.
    case verbose
  }

  /// Where the runtime was found: a path, or the bare name that the system's loader resolved.
  public var path: String { library.path }

  /// The identity of this build of the runtime: its library's path, size and modification time.
  public var identity: String { FileIdentity.words(for: path) }

  /// How much of the runtime's log reaches standard error.
  public let verbosity: Verbosity

  let library: RuntimeLibrary
  /// Whether this build of the runtime accepts delegates.
  let takesDelegates: Bool
  nonisolated(unsafe) let environment: LiteRtEnvironment
  // Made when it is first needed.
  private let kernelEnvironment = Mutex(KernelEnvironment.notMade)

  private enum KernelEnvironment: @unchecked Sendable {
    case notMade, impossible
    case made(LiteRtEnvironment)
  }

  /// Opens the runtime.
  ///
  /// Searches `$IMPRINT_LITERT` (the path of the library or of its folder), the folder `.runtime` of the checkout that
  /// the program was built in, `lib/imprint` beside the folder of the installed program, `$XDG_DATA_HOME/imprint/lib`
  /// or else `~/.local/share/imprint/lib`, and last the paths of the system's loader.
  ///
  /// - Throws: ``LiteRTError/runtimeNotFound(tried:)`` with the reason for each place, or
  ///   ``LiteRTError/failed(to:status:message:)``.
  public convenience init(verbosity: Verbosity = .silent) throws(LiteRTError) {
    var reasons: [String] = []
    let location = LibraryLocation(of: RuntimeLibrary.fileName, variable: RuntimeLibrary.variable)
    for candidate in location.candidates {
      do {
        let library = try RuntimeLibrary(location.open(candidate))
        try self.init(library: library, verbosity: verbosity)
        return
      } catch let error as SharedLibraryError {
        reasons.append(error.description)
      } catch let error as LiteRTError {
        throw error
      } catch {
        reasons.append("\(error)")
      }
    }
    throw .runtimeNotFound(tried: reasons)
  }

  /// Begins to open the runtime's library in another thread, so that it is there once a model has been read and checked.
  package static func prepare() { preparation }

  // Done once: the library stays open.
  private static let preparation: Void = {
    DispatchQueue.global().async {
      let location = LibraryLocation(of: RuntimeLibrary.fileName, variable: RuntimeLibrary.variable)
      // The runtime itself reports what fails.
      if let candidate = location.candidates.first { _ = try? location.open(candidate) }
    }
  }()

  init(library: RuntimeLibrary, verbosity: Verbosity) throws(LiteRTError) {
    // With only the processor registered, the runtime does not look for graphics libraries.
    let (status, environment) = Self.environment(
      of: library, verbosity: verbosity, accelerators: Int64(kLiteRtHwAcceleratorCpu))
    guard status == 0, let environment else {
      throw .failed(to: "start", status: RuntimeStatus(rawValue: status), message: "")
    }
    self.library = library
    self.verbosity = verbosity
    self.environment = environment
    takesDelegates = library.accelerators?.register(in: environment) ?? false
  }

  deinit {
    kernelEnvironment.withLock { if case .made(let environment) = $0 { library.destroyEnvironment(environment) } }
    library.destroyEnvironment(environment)
  }

  /// Returns the environment in which ``Kernels`` come before the runtime's own, or nil if this build of the runtime is not
  /// known well enough for that.
  func environmentForKernels() -> LiteRtEnvironment? {
    let state = kernelEnvironment.withLock { state -> KernelEnvironment in
      if case .notMade = state { state = makeEnvironmentForKernels().map { .made($0) } ?? .impossible }
      return state
    }
    guard case .made(let environment) = state else { return nil }
    return environment
  }

  private func makeEnvironmentForKernels() -> LiteRtEnvironment? {
    guard let accelerators = library.accelerators, accelerators.knowsProcessor else { return nil }
    let (status, environment) = Self.environment(of: library, verbosity: verbosity, accelerators: 0)
    guard status == 0, let environment else { return nil }
    guard accelerators.register(in: environment), accelerators.registerProcessor(in: environment) else {
      library.destroyEnvironment(environment)
      return nil
    }
    return environment
  }

  /// Runs `work` and captures the runtime's output, unless it is verbose.
  func quietly<Result>(_ work: () -> Result) -> (result: Result, printed: String) {
    switch verbosity {
    case .silent: RuntimeLog.shared?.capturing(work) ?? (work(), "")
    case .verbose: (work(), "")
    }
  }

  private static func environment(
    of library: RuntimeLibrary, verbosity: Verbosity, accelerators: Int64
  ) -> (LiteRtStatus, LiteRtEnvironment?) {
    let severity =
      switch verbosity {
      case .silent: kLiteRtLogSeveritySilent
      case .verbose: kLiteRtLogSeverityVerbose
      }
    let options = [
      option(kLiteRtEnvOptionTagMinLoggerSeverity, Int64(severity)),
      option(kLiteRtEnvOptionTagAutoRegisterAccelerators, accelerators),
    ]
    var environment: LiteRtEnvironment?
    let status = library.createEnvironment(Int32(options.count), options, &environment)
    return (status, environment)
  }

  private static func option(_ tag: LiteRtEnvOptionTag, _ value: Int64) -> LiteRtEnvOption {
    LiteRtEnvOption(tag: tag, value: LiteRtAny(type: kLiteRtAnyTypeInt, .init(int_value: value)))
  }
}
