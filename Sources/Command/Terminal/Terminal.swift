import ArgumentParser
import Heads
import Pictures
import Synchronization
import TFLite

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

/// The output of the command: results on standard output, everything else on standard error.
enum Terminal {
  /// Prints a result.
  ///
  /// - Throws: ``AtomicFileError/cannotWrite(path:reason:)``, for example if the disk is full.
  static func print(_ text: String) throws(AtomicFileError) {
    guard write(visible(text) + "\n", to: STDOUT_FILENO) else {
      throw .cannotWrite(path: "standard output", reason: String(cString: strerror(errno)))
    }
  }

  /// Prints a warning.
  static func warn(_ text: String) { say("Warning: \(text)\n") }

  /// Prints what the user may want to know.
  static func note(_ text: String) { say("Note: \(text)\n") }

  /// Prints an error that does not stop the work.
  static func warn(_ error: any Error) { warn(ErrorText(error).line) }

  /// Warns about class folders without pictures.
  static func warnOfEmptyClasses(_ pictures: LabelledPictures) {
    for name in pictures.emptyClasses { warn("the folder \(name) is left out: it contains no pictures") }
  }

  /// Prints an error and ends the process: with 64 after wrong usage, else with 1.
  static func exit(with error: any Error) -> Never {
    // Requests for help, and exit codes without a message.
    if error is ExitCode || ImprintCommand.exitCode(for: error).isSuccess { ImprintCommand.exit(withError: error) }
    let text = ErrorText(error)
    say(text.text)
    ImprintCommand.exit(withError: text.isUsage ? ExitCode.validationFailure : ExitCode.failure)
  }

  /// Prints a message about the progress of the work, on a terminal in place of what is drawn on the last line; a failure to
  /// print it is ignored.
  static func say(_ text: String) { _ = write((isWatched ? clearing : "") + visible(text), to: STDERR_FILENO) }

  /// What removes the last line from a terminal.
  static let clearing = "\r\u{1B}[K"

  /// Draws on standard error: the text may move the cursor.
  static func draw(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Returns a text with its control characters written as `\u001b`, as JSON writes them, but for ends of lines and tabs.
  ///
  /// The names of classes, files and tensors come from files of others. A terminal would obey the sequences in them, and a
  /// change of the writing direction would show a name as another.
  static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      if isControl(scalar) {
        let digits = String(scalar.value, radix: 16)
        shown += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a: false
    case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    default: false
    }
  }

  /// Prints a profile, if there is one.
  static func show(_ profile: ProfileReport?) {
    if let profile { say(profile.text + "\n") }
  }

  /// Whether standard error is a terminal.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether standard output is a terminal.
  static var showsResults: Bool { isatty(STDOUT_FILENO) == 1 }

  /// The width of the terminal on standard error, in characters; 80 if it is not known.
  static var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Returns a value as JSON with sorted keys.
  static func json(_ value: some Encodable, isOneLine: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting =
      isOneLine ? [.sortedKeys, .withoutEscapingSlashes] : [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Writes all of a text; returns false if that fails, with the reason in `errno`.
  private static func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written > 0 { bytes = bytes.dropFirst(written) } else if errno != EINTR { return false }
    }
    return true
  }
}

// Inside the type, the method `write` hides the system function.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Columns of text, and formatted numbers.
enum Table {
  /// Pads a text on the right to a width, or cuts it.
  static func left(_ text: String, _ width: Int) -> String {
    text.count > width
      ? String(text.prefix(max(0, width - 1))) + "…" : text + String(repeating: " ", count: width - text.count)
  }

  /// Pads a text on the left to a width.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Returns a line for each of the top-1, top-2, … accuracies.
  static func topK(_ accuracies: some Sequence<Double>) -> [String] {
    accuracies.enumerated().map { "  top-\($0 + 1)  \(right(percent($1), 7))" }
  }

  /// Returns a count and its noun, as in `1 picture` and `2 pictures`.
  static func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

  /// Returns the words for pictures that are copies of others of their class.
  static func copies(_ count: Int) -> String {
    count == 1
      ? "1 picture is a copy of another of its class and does not count"
      : "\(count) pictures are copies of others of their class and do not count"
  }

  /// Returns a fraction in percent, as in `87.1 %`.
  static func percent(_ share: Double) -> String { Decimals.string(100 * share, places: 1) + " %" }

  /// Returns a size in MB, or in kB below 100 kB.
  static func size(_ bytes: Int) -> String {
    let (unit, name) = bytes < 100_000 ? (1e3, "kB") : (1e6, "MB")
    return "\(Decimals.string(Double(bytes) / unit, places: 1)) \(name)"
  }

  /// Returns a size in MB.
  static func megabytes(_ bytes: Int) -> String { Decimals.string(Double(bytes) / 1e6, places: 1) + " MB" }
}

/// Unreadable pictures, collected while a progress bar is shown.
final class SkippedPictures: Sendable {
  private let errors = Mutex<[PictureError]>([])

  var count: Int { all.count }

  /// The errors, in the order in which they came.
  var all: [PictureError] { errors.withLock { $0 } }

  func add(_ error: PictureError) { errors.withLock { $0.append(error) } }

  /// Warns of each picture.
  func warn() {
    for error in all { Terminal.warn(error) }
  }
}
