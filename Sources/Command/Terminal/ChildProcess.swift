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

/// A program that runs in its own process group.
struct ChildProcess {
  /// The program: a path, or a name to look up in `PATH`.
  let program: String
  let arguments: [String]
  /// The folder that it starts in; by default this process's own.
  var folder: String?
  /// Variables of its environment besides those of this process.
  var environment: [String: String] = [:]
  /// Whether it ends with this process, also where that is killed.
  var isGuarded = false

  /// A program could not be started; `code` is `errno`.
  struct CannotStart: Error {
    let code: Int32
  }

  /// Runs the program without input.
  ///
  /// Cancelling the task ends the program and its children.
  ///
  /// - Parameters:
  ///   - log: The file for its output.
  ///   - watch: Called repeatedly while the program runs; if it throws, the program is ended.
  /// - Returns: The exit code; 128 plus the signal's number if a signal ended it.
  /// - Throws: ``CannotStart``, `CancellationError`, and what `watch` throws.
  func run(log: URL, watch: () throws -> Void = {}) async throws -> Int32 {
    let (process, hold) = try start(log: log.path)
    defer { if let hold { close(hold) } }
    while true {
      if let code = Self.exitCode(of: process) { return code }
      do {
        try watch()
        try await Task.sleep(for: .milliseconds(20))
      } catch {
        Self.end(process)
        throw error
      }
    }
  }

  /// Runs the program without input, and blocks the thread until it ends.
  ///
  /// - Parameters:
  ///   - log: The file for its output.
  ///   - limit: The time after which it is ended.
  /// - Returns: The exit code; 128 plus the signal's number if a signal ended it; nil if the time limit was reached.
  /// - Throws: ``CannotStart``.
  func run(log: URL, limit: Duration) throws(CannotStart) -> Int32? {
    let (process, hold) = try start(log: log.path)
    defer { if let hold { close(hold) } }
    let clock = ContinuousClock()
    let end = clock.now + limit
    while clock.now < end {
      if let code = Self.exitCode(of: process) { return code }
      usleep(5_000)
    }
    Self.end(process)
    return nil
  }

  /// Starts the program; `hold` is the pipe of a guarded one.
  private func start(log: String) throws(CannotStart) -> (process: pid_t, hold: Int32?) {
    guard !isGuarded else {
      guard let path = GuardedProcess.path(of: program) else { throw CannotStart(code: ENOENT) }
      let guarded = try GuardedProcess([path] + arguments, environment: environment, prepare: redirections(to: log))
      return (guarded.process, guarded.hold)
    }
    let redirect = redirections(to: log)
    let process = try Self.spawn([program] + arguments, environment: environment) { actions throws(CannotStart) in
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
      try redirect(&actions)
    }
    return (process, nil)
  }

  private func redirections(to log: String) -> (inout FileActions) throws(CannotStart) -> Void {
    { actions throws(CannotStart) in
      posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
      guard let folder else { return }
      // Glibc declares the function for C with GNU's extensions only.
      typealias AddFolder = @convention(c) (UnsafeMutableRawPointer, UnsafePointer<CChar>) -> Int32
      guard let symbol = dlsym(nil, "posix_spawn_file_actions_addchdir_np") else { throw CannotStart(code: ENOSYS) }
      let code = unsafeBitCast(symbol, to: AddFolder.self)(&actions, folder)
      guard code == 0 else { throw CannotStart(code: code) }
    }
  }

  #if canImport(Darwin)
    typealias FileActions = posix_spawn_file_actions_t?
  #else
    typealias FileActions = posix_spawn_file_actions_t
  #endif

  /// Starts a program in a process group of its own, with the usual signals.
  ///
  /// - Parameters:
  ///   - command: The program, a path or a name to look for in `PATH`, and its arguments.
  ///   - environment: Variables to add to those of this process.
  ///   - prepare: Adds what becomes of the standard streams and the folder.
  static func spawn(
    _ command: [String], environment: [String: String], prepare: (inout FileActions) throws(CannotStart) -> Void
  ) throws(CannotStart) -> pid_t {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    try prepare(&actions)

    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A child inherits ignored signals, which would make it impossible to end.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))

    var words = command.map { strdup($0) } + [nil]
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    var environment = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + environment { free(text) } }
    var process: pid_t = 0
    let code = posix_spawnp(&process, command[0], &actions, &attributes, &words, &environment)
    guard code == 0 else { throw CannotStart(code: code) }
    return process
  }

  /// Returns the exit code of a process, or nil while it runs.
  static func exitCode(of process: pid_t, options: Int32 = WNOHANG) -> Int32? {
    var status: Int32 = 0
    let ended = waitpid(process, &status, options)
    if ended == 0 || (ended < 0 && errno == EINTR) { return nil }
    // Swift does not import the system's macros for this.
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : 128 + signal
  }

  /// Asks a process and its group to end, and kills them after a second.
  private static func end(_ process: pid_t) {
    kill(-process, SIGTERM)
    var hasEnded = false
    for _ in 0..<50 where !hasEnded {
      hasEnded = exitCode(of: process) != nil
      if !hasEnded { usleep(20_000) }
    }
    // Its children may still run although it has ended.
    kill(-process, SIGKILL)
    while !hasEnded { hasEnded = exitCode(of: process, options: 0) != nil }
  }
}
