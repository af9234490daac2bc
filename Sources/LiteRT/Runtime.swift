import CLiteRT
import Platform

/// LiteRT, opened and ready to load models: the library and one environment of it.
///
/// Making one takes about a millisecond. It may be used from any thread, and models loaded with it keep it alive.
public final class Runtime: Sendable {
  /// How much of the runtime's own log reaches standard error.
  ///
  /// The runtime keeps one severity a process: the environment made last decides.
  public enum Verbosity: Sendable, Hashable {
    /// Nothing. What the runtime says of a failure is part of the error that is thrown.
    case silent
    /// All that it has to say.
    case verbose
  }

  /// Where the runtime was found: a path, or the bare name that the system's loader resolved.
  public var path: String { library.path }

  /// What tells this build of the runtime from others: its library's path, size and time of change.
  public var identity: String { FileIdentity.words(for: path) }

  /// How much of the runtime's own log reaches standard error.
  public let verbosity: Verbosity

  let library: RuntimeLibrary
  /// Whether models can be prepared with a delegate.
  let takesDelegates: Bool
  nonisolated(unsafe) let environment: LiteRtEnvironment

  /// Opens the runtime.
  ///
  /// It is looked for in `$IMPRINT_LITERT` (the library or the folder that holds it), in the folder `.runtime` of the
  /// checkout that the program was built in, in `lib/imprint` beside the folder of the installed program, and last where
  /// the system's loader looks.
  ///
  /// - Throws: ``LiteRTError/runtimeNotFound(tried:)`` with the places and why none of them served, or
  ///   ``LiteRTError/failed(to:status:message:)``.
  public convenience init(verbosity: Verbosity = .silent) throws(LiteRTError) {
    var reasons: [String] = []
    let location = LibraryLocation(of: RuntimeLibrary.fileName, variable: RuntimeLibrary.variable)
    for candidate in location.candidates {
      do {
        let library = try RuntimeLibrary(SharedLibrary(path: candidate))
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

  init(library: RuntimeLibrary, verbosity: Verbosity) throws(LiteRTError) {
    let severity =
      switch verbosity {
      case .silent: kLiteRtLogSeveritySilent
      case .verbose: kLiteRtLogSeverityVerbose
      }
    // Registering the processor alone keeps the runtime from looking for graphics libraries.
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

  /// Runs `work` with what the runtime prints caught, unless all of it is wanted.
  func quietly<Result>(_ work: () -> Result) -> (result: Result, printed: String) {
    switch verbosity {
    case .silent: RuntimeLog.shared?.caught(work) ?? (work(), "")
    case .verbose: (work(), "")
    }
  }

  private static func option(_ tag: LiteRtEnvOptionTag, _ value: Int64) -> LiteRtEnvOption {
    LiteRtEnvOption(tag: tag, value: LiteRtAny(type: kLiteRtAnyTypeInt, .init(int_value: value)))
  }
}
