import Imprinting
import Pictures

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

/// Reads the frames of a source into a queue, on the caller's thread, and opens the source again when it breaks.
struct SourceReader: Sendable {
  /// Which frames are taken, and what happens when a source breaks.
  struct Settings: Sendable {
    /// Takes every n-th frame.
    var every = 1
    /// The most frames a second.
    var rate: Double?
    /// The size of raw frames.
    var raw: RawFrames?
    /// Whether a source that breaks is opened again.
    var isReopened = true
    /// The time without a frame after which a live source counts as broken.
    var patience = 10
  }

  let source: WatchSource
  let place: Int
  let queue: FrameQueue
  let settings: Settings

  /// How a source ended.
  enum End: Sendable {
    /// Standard input or a film is at its end.
    case complete
    /// The source broke and is not opened again.
    case broken
  }

  /// Reads until the source ends for good, the queue is closed or the task is cancelled.
  ///
  /// - Throws: ``WatchError``, `PictureError` for raw frames of an impossible size.
  func run() throws -> End {
    defer { queue.end(source: place) }
    var feeder = FrameFeeder(self)
    var wait = 1
    while true {
      let before = feeder.number
      guard let error = try read(&feeder), !isOver else { return .complete }
      feeder.reopenings += 1
      if feeder.number > before { wait = 1 }
      guard settings.isReopened, source.isReopened else {
        Terminal.warn(error)
        return .broken
      }
      Terminal.warn("\(ErrorText(error).line); it is opened again in \(wait) \(wait == 1 ? "second" : "seconds")")
      guard sleep(seconds: wait) else { return .complete }
      wait = min(60, wait * 2)
    }
  }

  /// Whether nobody wants further frames.
  private var isOver: Bool { Task.isCancelled || queue.hasClosed }

  /// Waits, unless nobody wants further frames.
  private func sleep(seconds: Int) -> Bool {
    for _ in 0..<seconds * 10 {
      if isOver { return false }
      usleep(100_000)
    }
    return true
  }

  /// Reads to the end of the source.
  ///
  /// - Returns: Why a source broke that can be opened again; nil for one that is at its end.
  /// - Throws: ``WatchError`` where a source that cannot be opened again has no frame, or cannot be read.
  private func read(_ feeder: inout FrameFeeder) throws(WatchError) -> WatchError? {
    switch source.kind {
    case .folder:
      return try FolderWatch(source.address).run(while: { !isOver }) { feeder.put(.file($0)) }
    case .standardInput:
      var splitter: any FrameSplitter = JPEGSplitter()
      if let raw = settings.raw { splitter = raw.splitter }
      var log = MessageTail(secrets: Secrets(of: source.address))
      let reason = pump(output: STDIN_FILENO, messages: nil, splitter: splitter, log: &log, feeder: &feeder)
      if feeder.number == 0, !isOver { throw .noFrame(source.name, reason: reason) }
      if let reason { Terminal.warn(WatchError.ended(source.name, reason: reason)) }
      return nil
    case .camera, .film, .stream:
      let before = feeder.number
      let (reason, hasFailed) = try readProcess(&feeder)
      guard source.isReopened else {
        if feeder.number == 0, !isOver { throw .noFrame(source.name, reason: reason) }
        return hasFailed ? .ended(source.name, reason: reason) : nil
      }
      return feeder.number == before
        ? .noFrame(source.name, reason: reason) : .ended(source.name, reason: reason)
    }
  }

  /// Reads the output of ffmpeg to its end.
  ///
  /// - Returns: Why it ended, and whether ffmpeg failed at a film.
  private func readProcess(
    _ feeder: inout FrameFeeder
  ) throws(WatchError) -> (reason: String?, hasFailed: Bool) {
    for option in StreamProcess.FrameOption.allCases {
      let process = try StreamProcess(source, option)
      defer { process.end() }
      var log = MessageTail(secrets: Secrets(of: source.address))
      let reason = pump(
        output: process.output, messages: process.messages, splitter: BMPSplitter(), log: &log, feeder: &feeder)
      guard log.refuses(option.rawValue) else {
        return (reason, source.kind == .film && !isOver && process.hasFailed())
      }
    }
    return ("it is of an unknown version", true)
  }

  /// Reads a stream to its end.
  ///
  /// - Returns: Why it ended: the last message of ffmpeg, that bytes are left, or that no frame came for long; nil for
  ///   a proper end.
  private func pump(
    output: Int32, messages: Int32?, splitter: any FrameSplitter, log: inout MessageTail, feeder: inout FrameFeeder
  ) -> String? {
    var splitter = splitter
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    let clock = ContinuousClock()
    var last = clock.now
    while !isOver {
      var waiting = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
      if let messages, !log.hasEnded { waiting.append(pollfd(fd: messages, events: Int16(POLLIN), revents: 0)) }
      let ready = poll(&waiting, nfds_t(waiting.count), 100)
      if ready < 0, errno != EINTR { return String(cString: strerror(errno)) }
      if waiting.count > 1, waiting[1].revents != 0 {
        log.add(chunk[..<max(0, systemRead(waiting[1].fd, &chunk, chunk.count))])
        if let rate = log.frameRate { feeder.filmRate = rate }
      }
      if ready > 0, waiting[0].revents != 0 {
        let count = systemRead(output, &chunk, chunk.count)
        if count < 0 {
          if errno == EINTR || errno == EAGAIN { continue }
          return String(cString: strerror(errno))
        }
        if count == 0 {
          if let messages { log.finish(messages) }
          return log.last ?? splitter.remainder
        }
        let frames = chunk.withUnsafeBytes { splitter.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        for frame in frames {
          last = clock.now
          guard feeder.put(frame) else { return nil }
        }
        if let refusal = splitter.refusal { return refusal }
      }
      if source.isLive, source.isReopened, clock.now - last > .seconds(settings.patience) {
        return "it sent no frame for \(settings.patience) seconds"
      }
    }
    return nil
  }
}

// Inside the type, the method `read` hides the system function.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, bytes, count)
}

extension FrameSplitter {
  /// What is left at the end of a stream, for a message; nil if nothing is.
  fileprivate var remainder: String? {
    if unfinishedBytes > 0 { return "it ends in the middle of a frame" }
    return strayBytes > 0 ? "\(strayBytes) bytes of it belong to no frame" : nil
  }
}

/// Numbers the frames of a source, and puts those that are asked for into the queue.
struct FrameFeeder {
  private(set) var number = 0
  /// How often the source was opened again.
  var reopenings = 0
  /// The frames a second of a film.
  var filmRate: Double?

  private let place: Int
  private let queue: FrameQueue
  private let settings: SourceReader.Settings
  private let isTimedByFrames: Bool
  private let start = ContinuousClock.now
  private var next = Duration.zero

  init(_ reader: SourceReader) {
    (place, queue, settings) = (reader.place, reader.queue, reader.settings)
    isTimedByFrames = reader.source.isTimedByFrames
  }

  /// Puts a frame into the queue, unless it is passed over.
  ///
  /// - Returns: Whether more frames are wanted.
  mutating func put(_ content: Frame.Content) -> Bool {
    number += 1
    let now = ContinuousClock.now
    let time = isTimedByFrames ? Duration.seconds(Double(number - 1) / (filmRate ?? 25)) : now - start
    guard (number - 1).isMultiple(of: settings.every) else { return true }
    if let rate = settings.rate {
      guard time >= next else { return true }
      // The next frame is due a step after this one was, so that the mean rate is kept although frames come at other
      // times.
      let step = Duration.seconds(1 / rate)
      next = max(next + step, time + step / 2)
    }
    return queue.put(
      Frame(source: place, number: number, content: content, arrival: now, time: time, reopenings: reopenings))
  }
}

/// The last messages of ffmpeg.
struct MessageTail {
  private let secrets: Secrets
  private var bytes: [UInt8] = []
  private(set) var hasEnded = false
  /// The frames a second of the source, once ffmpeg has told them.
  private(set) var frameRate: Double?

  private static let longest = 1 << 14

  init(secrets: Secrets) { self.secrets = secrets }

  /// Adds messages; none mean their end.
  mutating func add(_ more: ArraySlice<UInt8>) {
    if more.isEmpty { hasEnded = true }
    bytes += more.suffix(Self.longest)
    if bytes.count > Self.longest { bytes.removeFirst(bytes.count - Self.longest) }
    if frameRate == nil { frameRate = Self.frameRate(in: String(decoding: bytes, as: UTF8.self)) }
  }

  /// Adds what is left in a pipe whose other end is closed.
  mutating func finish(_ descriptor: Int32) {
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    var rounds = 0
    while !hasEnded, rounds < 200 {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 100) > 0 else { return }
      add(chunk[..<max(0, systemRead(descriptor, &chunk, chunk.count))])
      rounds += 1
    }
  }

  /// The last message that tells of a failure, without passwords.
  var last: String? {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let failures = [
      "error", "fail", "refused", "unable", "invalid", "not found", "no such", "denied", "busy", "unauthorized",
      "unknown", "unrecognized",
    ]
    return lines.last { line in
      let text = line.lowercased()
      return failures.contains { text.contains($0) }
    }.map { line in
      // The name of the list that holds an address with a password says nothing.
      let words = line.hasPrefix("pipe:0: ") ? line.dropFirst(8) : line
      return String(secrets.hidden(in: String(words)).prefix(300))
    }
  }

  /// Whether ffmpeg does not know an option.
  func refuses(_ option: String) -> Bool {
    String(decoding: bytes, as: UTF8.self).contains("Unrecognized option '\(option.drop { $0 == "-" })'")
  }

  /// Returns the frames a second that ffmpeg's description of a stream names, as in `, 30 fps,`.
  static func frameRate(in text: String) -> Double? {
    guard let end = text.firstRange(of: " fps,") else { return nil }
    let number = text[..<end.lowerBound].reversed().prefix { $0.isNumber || $0 == "." }
    guard let rate = Double(String(number.reversed())), rate > 0, rate < 10_000 else { return nil }
    return rate
  }
}
