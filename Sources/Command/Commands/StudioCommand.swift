import ArgumentParser
import Platform

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

/// Starts the studio, a program of its own: it brings a web server, and the first build of this command stays short.
struct StudioCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studio",
    abstract: "Teach a classifier in the browser, by showing it pictures.",
    discussion: """
      Opens a page on this machine on which you teach with the camera or by dropping pictures, see the answers while it \
      learns, mend labels, and take away one .tflite. FOLDER is the project, one folder of pictures for each class; it need \
      not exist. All arguments go to the program imprint-studio; 'imprint studio --help' lists its options.

      EXAMPLES
        imprint studio mugs
        imprint studio mugs --host 0.0.0.0
        imprint studio --serve mugs.tflite
      """)

  @Argument(parsing: .captureForPassthrough, help: "The folder of the project, and options of the studio.")
  var arguments: [String] = []

  /// The name of the program.
  static let program = "imprint-studio"

  func run() throws {
    guard let path = Self.path(environment: ProcessInfo.processInfo.environment) else {
      if arguments.contains("--help") || arguments.contains("-h") { throw CleanExit.helpRequest(self) }
      throw UsageError(
        "the studio, \(Self.program), is not installed beside this command",
        remedy: "install it: 'make install-studio' in a checkout, or the package of your system")
    }
    setenv("IMPRINT_VERSION", PackageVersion.text, 1)
    // The studio runs this command to compile models for the Edge TPU.
    if Trial.program.isEmpty, let own = Image.path(containing: #dsohandle) { setenv("IMPRINT_COMMAND", own, 1) }
    var words = ([Self.program] + arguments).map { strdup($0) } + [nil]
    execv(path, &words)
    let reason = String(cString: strerror(errno))
    throw UsageError("\(path) cannot be started: \(reason)")
  }

  /// Returns the path of the studio: beside this command, or else the first on `PATH`.
  static func path(environment: [String: String]) -> String? {
    let beside = Image.path(containing: #dsohandle).map {
      $0.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    }
    // An empty folder of PATH would be the current one, which may hold anything.
    let folders =
      [beside?.joined(separator: "/")].compactMap { $0 }
      + (environment["PATH"] ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    return folders.map { $0 + "/" + program }.first { access($0, X_OK) == 0 }
  }
}
