import Inference
import Pictures
import Platform
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The pictures that paths lead to, in order, and an error for each path that leads to none.
struct ClassifyInputs {
  /// A picture with the name to print, or the path of none and why.
  struct Entry {
    let name: String
    let picture: Result<PictureItem, any Error>
  }

  private(set) var entries: [Entry] = []

  /// Finds the pictures at paths of files and folders.
  ///
  /// - Parameters:
  ///   - paths: The paths; `-` stands for `piped`.
  ///   - piped: The picture from standard input.
  ///   - strict: Whether to throw for a path that leads to no picture.
  /// - Throws: `LabelledPicturesError` if strict.
  init(_ paths: [String], piped: [UInt8] = [], strict: Bool) throws {
    for path in paths {
      if path == "-" {
        entries.append(
          Entry(name: "-", picture: .success(PictureItem(name: "standard input", .encoded(Bytes(piped))))))
        continue
      }
      do {
        entries += try Terminal.pictures(at: path, strict: strict).map {
          Entry(name: $0.relativePath, picture: .success(PictureItem($0)))
        }
      } catch {
        if strict { throw error }
        entries.append(Entry(name: path, picture: .failure(error)))
      }
    }
  }

  /// Finds the pictures at the paths in the lines of a list; empty lines are passed over.
  ///
  /// - Throws: `LabelledPicturesError` and ``PathListError`` if strict.
  init(lines: [LineSplitter.Line], strict: Bool) throws {
    for line in lines where line?.isEmpty != true {
      do throws(PathListError) {
        let path = try Self.path(line)
        entries += try Self.found(path, strict: strict)
      } catch {
        if strict { throw error.reason }
        entries.append(Entry(name: error.path, picture: .failure(error.reason)))
      }
    }
  }

  private struct PathListError: Error {
    let path: String
    let reason: any Error
  }

  private static func found(_ path: String, strict: Bool) throws(PathListError) -> [Entry] {
    // A list names files only: '-' is the file of that name.
    do {
      return try Terminal.pictures(at: path == "-" ? "./-" : path, strict: strict).map {
        Entry(name: $0.relativePath, picture: .success(PictureItem($0)))
      }
    } catch {
      throw PathListError(path: path, reason: error)
    }
  }

  private static func path(_ line: LineSplitter.Line) throws(PathListError) -> String {
    guard let line else {
      let reason = PictureError.unreadable(picture: "a line", reason: "it has more than \(LineSplitter.longest) bytes")
      throw PathListError(path: "", reason: reason)
    }
    let name =
      line.contains(0)
      ? nil
      : (line.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
        $0.baseAddress.map { FileName($0) }
      }
    guard let name, name.isUTF8 else {
      let shown = name?.text ?? String(decoding: line, as: UTF8.self)
      let reason = name == nil ? "its path holds a NUL, which no file name can" : "its name is not UTF-8"
      throw PathListError(path: shown, reason: PictureError.unreadable(picture: shown, reason: reason))
    }
    return name.text
  }
}
