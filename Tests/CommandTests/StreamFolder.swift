import Foundation
import Pictures
import TestMaterial
import Testing

/// A folder in which `watch` runs.
struct StreamFolder {
  /// A line of JSON that it prints.
  struct Line: Decodable {
    struct Found: Decodable { let label: String }

    let event, time, source: String
    let frame: Int
    let `class`: String
    let score: Double
    let before: String?
    let classes: [Found]
    let latencyMilliseconds: Double
    let dropped: Int
    let picture: String?
  }

  static let hasFFmpeg = (try? Imprint.run(script: "command -v ffmpeg").code) == 0
  static let need: Comment = "needs ffmpeg (apt-get install ffmpeg)"
  static let hasBroker = (try? Imprint.run(script: "command -v mosquitto mosquitto_pub mosquitto_sub").code) == 0
  /// Whether `script` can give the command a terminal.
  static let hasTerminal = (try? Imprint.run(script: "script -qec true /dev/null").code) == 0
  static let model = Material.model("mobilenet_v2_1.0_224_quant").path

  /// Shell functions that wait for a minute at most: `lines 7 out` until the file has that many lines, `told 'text'`
  /// until `log` has the text, `watches $job` until a job watches its folder, and `ended $job` until it has ended. A job
  /// may make its file after they first look.
  static let waiting = """
    waiting() { i=0; while ! "$@" && [ $i -lt 600 ]; do sleep 0.1; i=$((i+1)); done; }
    has_lines() { [ "$(cat "$2" 2> /dev/null | wc -l)" -ge "$1" ]; }
    has_text() { grep -q "$1" log 2> /dev/null; }
    is_gone() { ! kill -0 "$1" 2> /dev/null; }
    is_watching() { grep -qs '^inotify' "/proc/$1/fdinfo"/*; }
    lines() { waiting has_lines "$1" "$2"; }
    told() { waiting has_text "$1"; }
    ended() { waiting is_gone "$1"; }
    watches() { waiting is_watching "$1"; }
    """

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var url: URL { folder.url }

  /// Runs commands in a shell in the folder; `watch` is the command with the model, `watching … &` runs it as a
  /// job, and the functions of `waiting` wait for it.
  func run(_ script: String) throws -> Imprint.Outcome {
    try Imprint.run(
      script: """
        cd '\(url.path)'
        export XDG_CACHE_HOME='\(Imprint.cache.path)'
        watch() { timeout -k 5 60 '\(Imprint.executable.path)' watch --model '\(Self.model)' "$@"; }
        \(Self.waiting)
        watching() { exec '\(Imprint.executable.path)' watch --model '\(Self.model)' "$@"; }
        \(script)
        """)
  }

  func lines(_ outcome: Imprint.Outcome) throws -> [Line] {
    try outcome.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  /// Writes some flowers as concatenated JPEGs, and returns how many.
  @discardableResult
  func writeStream(_ count: Int = 6, named name: String = "stream.mjpg") throws -> Int {
    var bytes = Data()
    for file in try Flowers.pictures(of: "iris", 0..<count) { bytes += try Data(contentsOf: file) }
    try bytes.write(to: url.appending(path: name))
    return count
  }

  /// Writes a program in place of ffmpeg, `./ffmpeg`.
  func writeFFmpeg(_ script: String) throws { try writeProgram("ffmpeg", script) }

  /// Writes a shell script that can be run.
  func writeProgram(_ name: String, _ script: String) throws {
    let file = url.appending(path: name)
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  /// Writes frames as ffmpeg does, BMP pictures one after the other, each of one grey.
  func writeFrames(_ greys: [UInt8], side: Int = 32, named name: String = "frames.bmp") throws {
    var bytes = Data()
    for grey in greys {
      bytes += Self.bitmap(width: side, height: side) + Data(repeating: grey, count: side * side * 3)
    }
    try bytes.write(to: url.appending(path: name))
  }

  /// Returns the header of a bitmap of 24 bits a pixel, whose width is a multiple of 4.
  static func bitmap(width: Int, height: Int) -> Data {
    func number(_ value: Int, _ count: Int = 4) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
    let size = width * height * 3
    let header: [UInt8] =
      Array("BM".utf8) + number(54 + size) + number(0) + number(54) + number(40) + number(width) + number(height)
      + number(1, 2) + number(24, 2) + number(0) + number(size) + number(0) + number(0) + number(0) + number(0)
    return Data(header)
  }

  /// Writes a JPEG with a shade from black to white.
  func writeJPEG(_ name: String, width: Int, height: Int) throws {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for y in 0..<height { pixels += repeatElement(UInt8(y * 255 / height), count: width * 3) }
    let tensor = try #require(PixelTensor(width: width, height: height, pixels: pixels))
    try Data(#require(tensor.jpeg(quality: 80))).write(to: url.appending(path: name))
  }
}
