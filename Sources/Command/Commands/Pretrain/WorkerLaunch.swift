import ArgumentParser
import Platform
import Training

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

/// Several processes of this command on one machine that train one network, in place of a launcher such as torchrun.
///
/// The first one speaks for all: it has this process's standard output and standard error.
struct WorkerLaunch {
  /// The arguments of the command that runs, without the name of the program.
  @TaskLocal static var arguments: [String] = []

  private struct Worker {
    let process: GuardedProcess
    /// The file of what it writes to standard error; nil for the first, which writes to that of this process.
    let log: URL?
    var code: Int32?
  }

  private let count: Int

  init(count: Int) { self.count = count }

  /// Starts the workers and waits for them.
  ///
  /// A worker that fails ends the others, which then have some seconds to say so.
  ///
  /// - Throws: `UsageError`, ``ChildProcess/CannotStart``, and the exit code of the first worker.
  func run() async throws {
    var words = Trial.program
    if words.isEmpty, let program = Image.path(containing: #dsohandle) { words = [program] }
    guard let port = Self.freePort() else { throw UsageError("no port is free for the workers") }
    let folder = try ScratchFolder()
    defer { folder.remove() }
    var workers: [Worker] = []
    defer { for worker in workers { end(worker) } }
    for rank in 0..<count {
      let log = rank == 0 ? nil : folder.url.appending(path: "\(rank)")
      let environment = [
        "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "LOCAL_RANK": "\(rank)", "LOCAL_WORLD_SIZE": "\(count)",
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
      ]
      let process = try GuardedProcess(words + Self.arguments, environment: environment) { actions in
        guard let log else { return }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
          &actions, STDERR_FILENO, log.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      }
      workers.append(Worker(process: process, log: log))
    }
    try await wait(for: &workers)
    try report(workers)
  }

  private func wait(for workers: inout [Worker]) async throws {
    let clock = ContinuousClock()
    var end: ContinuousClock.Instant?
    var isStopped = false
    while workers.contains(where: { $0.code == nil }) {
      for place in workers.indices where workers[place].code == nil {
        workers[place].code = ChildProcess.exitCode(of: workers[place].process.process)
      }
      if Task.isCancelled, !isStopped {
        isStopped = true
        // The workers stop after the same step, and the first one writes a checkpoint.
        for worker in workers where worker.code == nil { kill(-worker.process.process, SIGINT) }
        end = end ?? clock.now + .seconds(120)
      }
      if end == nil, workers.contains(where: { $0.code ?? 0 != 0 }) { end = clock.now + .seconds(15) }
      if let end, clock.now > end { break }
      usleep(20_000)
    }
  }

  /// Ends with the error of the first worker; where it has none, with that of another one.
  private func report(_ workers: [Worker]) throws {
    guard let failed = workers.indices.first(where: { workers[$0].code ?? 1 != 0 }) else { return }
    let first = workers[0].code
    // An error of its own has been printed.
    if let first, first != 0, first < 128 || first == 128 + SIGINT { throw ExitCode(first) }
    if let log = workers[failed].log, let text = try? String(contentsOf: log, encoding: .utf8) { Terminal.say(text) }
    let end = workers[failed].code.map { $0 > 128 ? "was ended by signal \($0 - 128)" : "ended with exit code \($0)" }
    throw WorkerError.ended(failed, reason: "it \(end ?? "does not end")")
  }

  private func end(_ worker: Worker) {
    if worker.code == nil { kill(-worker.process.process, SIGKILL) }
    close(worker.process.hold)
  }

  /// Returns a free port of the loopback interface.
  private static func freePort() -> UInt16? {
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    let handle = socket(AF_INET, kind, 0)
    guard handle >= 0 else { return nil }
    defer { close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16? in
        guard bind(handle, generic, size) == 0, getsockname(handle, generic, &size) == 0 else { return nil }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
  }
}
