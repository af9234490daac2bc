public import ArgumentParser
import Imprinting
public import Pictures

/// The options on the frames of `watch` and `capture`.
struct FrameOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Part of the frame to use, as X,Y,W,H: pixels, or shares of the frame where no number is greater than 1.",
      valueName: "window"))
  var region: PictureWindow?

  @Option(help: ArgumentHelp("Turn frames clockwise by 0, 90, 180 or 270 degrees.", valueName: "degrees"))
  var rotate = 0

  @Flag(help: "Mirror frames, left for right.")
  var mirror = false

  @Option(help: ArgumentHelp("Most frames a second to use. (default: all)", valueName: "n"))
  var rate: Double?

  @Option(help: ArgumentHelp("Use every n-th frame.", valueName: "n"))
  var every = 1

  @Option(
    help: ArgumentHelp(
      "Size of raw frames on standard input, WxH of RGB bytes, or WxH:FORMAT with bgr, rgba, bgra or grey.",
      valueName: "size"))
  var raw: RawFrames?

  @Flag(help: "Exit with code \(FrameOptions.brokenCode) when a camera or a stream ends, instead of opening it again.")
  var noReopen = false

  @Option(
    help: ArgumentHelp(
      "Seconds without a frame after which a camera or a stream is opened again.", valueName: "seconds"))
  var patience = 10

  /// The exit code where a source broke and is not opened again.
  static let brokenCode: Int32 = 3

  /// The part of the frames.
  var view: PictureView { PictureView(quarterTurns: rotate / 90, isMirrored: mirror, window: region) }

  var settings: SourceReader.Settings {
    SourceReader.Settings(every: every, rate: rate, raw: raw, isReopened: !noReopen, patience: patience)
  }

  func validate() throws {
    guard [0, 90, 180, 270, -90, -180, -270].contains(rotate) else {
      throw ValidationError("--rotate is \(rotate); it takes 0, 90, 180 or 270")
    }
    if let rate, !(rate > 0 && rate <= 1000) {
      throw ValidationError("--rate is \(rate); it takes a number greater than 0, to 1000")
    }
    guard (1...1_000_000).contains(every) else {
      throw ValidationError("--every is \(every); it takes a positive number")
    }
    guard (1...86_400).contains(patience) else {
      throw ValidationError("--patience is \(patience); it takes seconds, from 1 to 86400")
    }
  }
}

extension PictureWindow: ExpressibleByArgument {
  public init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0.filter { $0 != " " })
    }
    guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2], let height = numbers[3]
    else { return nil }
    self.init(x: x, y: y, width: width, height: height)
  }
}

/// The size and channels of raw frames.
struct RawFrames: ExpressibleByArgument, Sendable {
  let splitter: RawSplitter

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let sides = parts[0].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count <= 2, sides.count == 2, let width = sides[0], let height = sides[1],
      let format = parts.count == 2 ? PixelBuffer.Format(rawValue: String(parts[1])) : .rgb,
      let splitter = try? RawSplitter(width: width, height: height, format: format)
    else { return nil }
    self.splitter = splitter
  }
}

/// A time such as `0.5s`, `500ms` or `2`.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
  let duration: Duration

  init?(argument: String) {
    let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("min", 60), ("", 1)]
    for (unit, factor) in units where argument.hasSuffix(unit) {
      guard let number = Double(argument.dropLast(unit.count)) else { continue }
      guard number >= 0, number * factor <= 86_400 else { return nil }
      duration = .seconds(number * factor)
      return
    }
    return nil
  }

  init(_ duration: Duration) { self.duration = duration }

  var description: String { "\(duration / .seconds(1))s" }
  var defaultValueDescription: String { description }
}
