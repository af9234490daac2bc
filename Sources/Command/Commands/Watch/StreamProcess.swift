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
final class StreamProcess {
  /// The descriptors of its output and its messages.
  let output, messages: Int32

  /// The option by which frames pass as they come: that of ffmpeg 5.1 and later, and the one before, which 9 has no more.
  enum FrameOption: String, CaseIterable {
    case mode = "-fps_mode"
    case sync = "-vsync"
  }

  private let process: GuardedProcess
  private var hasEnded = false

  /// Starts ffmpeg on a source.
  ///
  /// - Throws: ``WatchError``.
  init(_ source: WatchSource, _ option: FrameOption) throws(WatchError) {
    let program = try Self.program()
    let (input, list) = Self.input(of: source)
    let arguments =
      ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"] + input
      + [
        "-an", "-sn", "-dn", "-f", "image2pipe", "-c:v", "bmp", "-pix_fmt", "bgr24", option.rawValue, "passthrough",
        "pipe:1",
      ]
    guard let output = ProcessPipe() else { throw .cannotStart(program, reason: String(cString: strerror(errno))) }
    defer { close(output.write) }
    guard let messages = ProcessPipe() else {
      close(output.read)
      throw .cannotStart(program, reason: String(cString: strerror(errno)))
    }
    defer { close(messages.write) }
    do throws(ChildProcess.CannotStart) {
      process = try GuardedProcess([program] + arguments, input: list ?? "") { actions in
        posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, messages.write, STDERR_FILENO)
      }
    } catch {
      close(output.read)
      close(messages.read)
      throw .cannotStart(program, reason: String(cString: strerror(error.code)))
    }
    (self.output, self.messages) = (output.read, messages.read)
  }

  deinit {
    end()
    close(process.hold)
    close(output)
    close(messages)
  }

  /// Returns whether ffmpeg, whose output is at its end, ends with an error or not at all, for which it gets a second.
  func hasFailed() -> Bool {
    var status: Int32 = 0
    for _ in 0..<100 where !hasEnded {
      hasEnded = waitpid(process.process, &status, WNOHANG) == process.process
      if !hasEnded { usleep(10_000) }
    }
    return !hasEnded || status != 0
  }

  /// Ends ffmpeg, and waits for it.
  func end() {
    guard !hasEnded else { return }
    hasEnded = true
    kill(-process.process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process.process, &status, 0) < 0, errno == EINTR {}
  }

  /// Returns the options of a source, and the list that ffmpeg reads from its standard input if the address has a
  /// password: every user of the machine sees the arguments of a program.
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
    guard let path = GuardedProcess.path(of: name) else { throw .noFFmpeg(name) }
    return path
  }
}
