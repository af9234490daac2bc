import Imprinting
import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Writes frames as picture files.
struct FrameSaver: Sendable {
  let folder: URL

  /// Creates the folder if it is missing.
  ///
  /// - Throws: `AtomicFileError`.
  init(folder: URL) throws {
    self.folder = folder
    let inside = folder.appending(path: "frame.jpg")
    try OutputFile.check(inside, makingFolders: true)
    try OutputFile.makeFolder(of: inside)
  }

  /// Writes a frame: the bytes of a JPEG as they are, other frames as JPEG.
  ///
  /// - Parameters:
  ///   - view: The part of the frame to write. A part, or a turned frame, is encoded again.
  ///   - name: The name of the file without its ending; slashes and what a shell or another system trips over are replaced.
  /// - Throws: `AtomicFileError`, `PictureError`.
  func save(_ frame: Frame, view: PictureView, name: String) throws -> URL {
    let bytes: Bytes
    var ending = "jpg"
    switch frame.content {
    case .encoded(let file) where view == .whole && Self.isJPEG(file): bytes = file
    case .file(let file) where view == .whole:
      bytes = try Bytes(mapping: file)
      ending = file.pathExtension
    default: bytes = Bytes(try Self.jpeg(frame, view: view))
    }
    let file = folder.appending(path: Self.safe(name) + "." + ending)
    try AtomicFile(file).write([bytes])
    return file
  }

  /// Returns a text as the name of a file.
  static func safe(_ name: String) -> String {
    let text = String(
      name.unicodeScalars.map { scalar -> Character in
        let isSafe =
          scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || "-_.+ ".unicodeScalars.contains(scalar)
        return isSafe ? Character(scalar) : "_"
      })
    let bounded = String(text.drop { $0 == "." || $0 == " " }.prefix(100))
    return bounded.isEmpty ? "_" : bounded
  }

  private static func isJPEG(_ bytes: Bytes) -> Bool {
    bytes.withUnsafeBytes { PictureFormat($0) == .jpeg }
  }

  private static func jpeg(_ frame: Frame, view: PictureView) throws -> [UInt8] {
    // The size of what the view shows, which is read one to one.
    let size = try frame.size(view: view)
    let reader = try PictureReader(width: size.width, height: size.height, resize: .squash)
    guard let bytes = try frame.read(by: reader, view: view).jpeg(quality: 92) else {
      throw PictureError.unsupported(picture: "frame \(frame.number)", reason: "it cannot be encoded as JPEG")
    }
    return bytes
  }
}
