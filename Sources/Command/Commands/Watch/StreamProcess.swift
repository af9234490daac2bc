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

/// ffmpeg, whose output is a stream of BMP pictures.
///
/// A shell starts it and waits for the end of a pipe that this process holds: however this process ends, also by SIGKILL, the
/// system closes the pipe, and the shell ends ffmpeg.
final class StreamProcess {
  /// The descriptors of its output and its messages.
  let output, messages: Int32

  private let process: pid_t
  // Closed when this process ends.
  private let hold: Int32
  private var hasEnded = false

  /// Starts ffmpeg on a source.
  ///
  /// - Throws: ``WatchError``.
  init(_ source: WatchSource) throws(WatchError) {
    let program = try Self.program()
    let (input, list) = Self.input(of: source)
    let arguments =
      ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"] + input
      + [
        "-an", "-sn", "-dn", "-f", "image2pipe", "-c:v", "bmp", "-pix_fmt", "bgr24", "-vsync", "passthrough", "pipe:1",
      ]
    var pipes: [(read: Int32, write: Int32)] = []
    for _ in 0..<3 {
      guard let made = Self.pipe() else {
        for end in pipes.flatMap({ [$0.read, $0.write] }) { close(end) }
        throw .cannotStart(program, reason: String(cString: strerror(errno)))
      }
      pipes.append(made)
    }
    do throws(ChildProcess.CannotStart) {
      process = try ChildProcess.spawn(
        ["/bin/sh", "-c", Self.script, "sh", program] + arguments, environment: ["IMPRINT_SOURCE_LIST": list ?? ""]
      ) { actions in
        posix_spawn_file_actions_adddup2(&actions, pipes[0].read, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[1].write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[2].write, STDERR_FILENO)
      }
    } catch {
      for end in pipes.flatMap({ [$0.read, $0.write] }) { close(end) }
      throw .cannotStart(program, reason: String(cString: strerror(error.code)))
    }
    close(pipes[0].read)
    close(pipes[1].write)
    close(pipes[2].write)
    (hold, output, messages) = (pipes[0].write, pipes[1].read, pipes[2].read)
  }

  deinit {
    end()
    close(hold)
    close(output)
    close(messages)
  }

  /// Ends ffmpeg, and waits for it.
  func end() {
    guard !hasEnded else { return }
    hasEnded = true
    kill(-process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  /// Starts ffmpeg with its standard input from `list` or empty, ends it when standard input ends, and exits as it does.
  private static let script = """
    exec 3<&0
    list=$IMPRINT_SOURCE_LIST; unset IMPRINT_SOURCE_LIST
    if [ -n "$list" ]; then printf '%s' "$list" | "$@" 3<&- & else "$@" </dev/null 3<&- & fi
    child=$!
    { read -r _ <&3; kill -9 "$child"; } >/dev/null 2>&1 &
    guard=$!
    exec 3<&- >/dev/null
    wait "$child"; code=$?
    kill -9 "$guard" 2>/dev/null
    exit "$code"
    """

  /// Returns the options of a source, and the list that ffmpeg reads from its standard input if the address has a password:
  /// every user of the machine sees the arguments of a program.
  private static func input(of source: WatchSource) -> (arguments: [String], list: String?) {
    switch source.kind {
    case .camera(let format): return (["-fflags", "nobuffer", "-f", format, "-i", source.address], nil)
    case .film, .folder, .standardInput: return (["-i", "file:\(source.address)"], nil)
    case .stream:
      let isRTSP = source.address.lowercased().hasPrefix("rtsp")
      guard !Secrets(of: source.address).isEmpty else {
        return (["-fflags", "nobuffer"] + (isRTSP ? ["-rtsp_transport", "tcp"] : []) + ["-i", source.address], nil)
      }
      let quoted = source.address.replacing("'", with: "'\\''")
      let list = "ffconcat version 1.0\nfile '\(quoted)'\n" + (isRTSP ? "option rtsp_transport tcp\n" : "")
      return (
        [
          "-protocol_whitelist", "pipe,file,http,https,tcp,tls,rtp,rtsp,rtsps,rtmp,rtmps,udp,srt,crypto,httpproxy,data",
          "-f", "concat", "-safe", "0", "-i", "pipe:0",
        ], list
      )
    }
  }

  /// Returns the path of ffmpeg: that of `IMPRINT_FFMPEG`, or the first one in `PATH`.
  private static func program() throws(WatchError) -> String {
    let environment = ProcessInfo.processInfo.environment
    let name = environment["IMPRINT_FFMPEG"].flatMap { $0.isEmpty ? nil : $0 } ?? "ffmpeg"
    guard !name.contains("/") else {
      guard access(name, X_OK) == 0 else { throw .noFFmpeg(name) }
      return name
    }
    for folder in (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
      let path = "\(folder)/\(name)"
      if access(path, X_OK) == 0 { return path }
    }
    throw .noFFmpeg(name)
  }

  private static func pipe() -> (read: Int32, write: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard systemPipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

}

// Inside the type, the method `pipe` hides the system function.
private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { pipe(ends) }
