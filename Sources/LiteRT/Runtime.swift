import CLiteRT
import Dispatch
import Platform

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
    let severity =
      switch verbosity {
      case .silent: kLiteRtLogSeveritySilent
      case .verbose: kLiteRtLogSeverityVerbose
      }
    // With only the processor registered, the runtime does not look for graphics libraries.
    let options = [
      Self.option(kLiteRtEnvOptionTagMinLoggerSeverity, Int64(severity)),
      Self.option(kLiteRtEnvOptionTagAutoRegisterAccelerators, Int64(kLiteRtHwAcceleratorCpu)),
    ]
    var environment: LiteRtEnvironment?
    let status = library.createEnvironment(Int32(options.count), options, &environment)
    guard status == 0, let environment else {
      throw .failed(to: "start", status: RuntimeStatus(rawValue: status), message: "")
    }
    self.library = library
    self.verbosity = verbosity
    self.environment = environment
    takesDelegates = library.accelerators?.register(in: environment) ?? false
  }

  deinit { library.destroyEnvironment(environment) }

  /// Runs `work` and captures the runtime's output, unless it is verbose.
  func quietly<Result>(_ work: () -> Result) -> (result: Result, printed: String) {
    switch verbosity {
    case .silent: RuntimeLog.shared?.capturing(work) ?? (work(), "")
    case .verbose: (work(), "")
    }
  }

  private static func option(_ tag: LiteRtEnvOptionTag, _ value: Int64) -> LiteRtEnvOption {
    LiteRtEnvOption(tag: tag, value: LiteRtAny(type: kLiteRtAnyTypeInt, .init(int_value: value)))
  }
}
