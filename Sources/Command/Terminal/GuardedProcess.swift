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

/// A program that does not outlive this process.
///
/// A shell starts it and waits for the end of a pipe that this process holds: however this process ends, also by
/// SIGKILL, the system closes the pipe, and the shell ends the program and what it started.
struct GuardedProcess {
  /// The shell, which leads the process group of the program, and ends with its exit code.
  let process: pid_t
  /// The end of the pipe to close once the program has ended.
  let hold: Int32

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - command: The path of the program, and its arguments.
  ///   - input: What it reads from its standard input.
  ///   - environment: Variables to add to those of this process.
  ///   - prepare: Adds what becomes of the other standard streams and the folder.
  /// - Throws: ``ChildProcess/CannotStart``.
  init(
    _ command: [String], input: String = "", environment: [String: String] = [:],
    prepare: (inout ChildProcess.FileActions) throws(ChildProcess.CannotStart) -> Void
  ) throws(ChildProcess.CannotStart) {
    guard let pipe = ProcessPipe() else { throw ChildProcess.CannotStart(code: errno) }
    defer { close(pipe.read) }
    do throws(ChildProcess.CannotStart) {
      process = try ChildProcess.spawn(
        ["/bin/sh", "-c", Self.script, "sh"] + command,
        environment: environment.merging(["IMPRINT_CHILD_INPUT": input]) { $1 }
      ) { actions throws(ChildProcess.CannotStart) in
        posix_spawn_file_actions_adddup2(&actions, pipe.read, STDIN_FILENO)
        try prepare(&actions)
      }
    } catch {
      close(pipe.write)
      throw error
    }
    hold = pipe.write
  }

  // The shell waits on while the program is asked to end. What the group leaves is killed with it.
  private static let script = """
    exec 3<&0
    input=$IMPRINT_CHILD_INPUT; unset IMPRINT_CHILD_INPUT
    if [ -n "$input" ]; then printf '%s' "$input" | "$@" 3<&- & else "$@" </dev/null 3<&- & fi
    child=$!
    trap '' TERM INT HUP
    { read -r _ <&3; kill -9 0; } >/dev/null 2>&1 &
    guard=$!
    exec 3<&- >/dev/null
    wait "$child"; code=$?
    kill -9 "$guard" 2>/dev/null
    exit "$code"
    """

  /// Returns the path of a program: of a name that has no slash, the first one in `PATH`; nil if there is none that can
  /// run.
  static func path(of program: String) -> String? {
    guard !program.contains("/") else { return isProgram(program) ? program : nil }
    let folders = EnvironmentVariable.value("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return folders.split(separator: ":").map { "\($0)/\(program)" }.first(where: isProgram)
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR && access(path, X_OK) == 0
  }
}

/// The two ends of a pipe, which no child inherits.
struct ProcessPipe {
  let read, write: Int32

  /// Makes a pipe; nil if there are too many open files.
  init?() {
    var ends: [Int32] = [-1, -1]
    // At once where the system can: a child that another thread starts in between would keep an end open. Glibc
    // declares the function for C with GNU's extensions only.
    typealias Make = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
    if let symbol = dlsym(nil, "pipe2") {
      guard unsafeBitCast(symbol, to: Make.self)(&ends, O_CLOEXEC) == 0 else { return nil }
    } else {
      guard pipe(&ends) == 0 else { return nil }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    (read, write) = (ends[0], ends[1])
  }
}
