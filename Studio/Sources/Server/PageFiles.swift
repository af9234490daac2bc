import CPage
import Foundation

/// The files of the page, which are part of the executable.
enum PageFiles {
  /// A file.
  struct File: Sendable {
    let bytes: [UInt8]
    /// Its media type.
    let type: String
  }

  /// The files by their names.
  static let all: [String: File] = {
    var files: [String: File] = [:]
    for index in 0... {
      let file = studio_file_at(index)
      guard let name = file.name, let start = file.bytes else { break }
      let text = String(cString: name)
      files[text] = File(bytes: Array(UnsafeBufferPointer(start: start, count: file.count)), type: type(of: text))
    }
    return files
  }()

  private static func type(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    case "json": "application/json"
    case "webmanifest": "application/manifest+json"
    default: "application/octet-stream"
    }
  }
}
