public import Foundation
import Imprinting
import ModelSurgery
import Pictures
import Project
import TFLite

extension LiveProject {
  /// What became of an archive.
  public struct Unpacked: Sendable {
    /// The number of pictures that were kept.
    public var kept = 0
    /// The number of pictures that were there already.
    public var passedOver = 0
    /// Files that were left out, with the reason.
    public var skipped: [(name: String, message: String)] = []
  }

  /// Adds the pictures of a zip archive: each class is a folder, as in a project that was exported; or a project of Teachable
  /// Machine.
  ///
  /// Names in the archive only give the class and the name of the file: nothing is written where they say.
  ///
  /// - Throws: ``ProjectError/badArchive(_:)``, ``ProjectError/fullDisk(_:)``.
  public func add(archive file: URL, batch: String?) async throws -> Unpacked {
    let files: ZipFiles
    do {
      files = try ZipFiles(Bytes(mapping: file), limit: Self.mostUnpacked)
    } catch {
      throw ProjectError.badArchive("it is no zip, or is damaged")
    }
    var result = Unpacked()
    let root = Self.root(of: files.names)
    let pictures = files.names.indices.filter { Self.place(of: files.names[$0], below: root) != nil }
    for (done, index) in pictures.enumerated() {
      try Task.checkCancellation()
      guard let (label, name) = Self.place(of: files.names[index], below: root) else { continue }
      do {
        guard files.size(at: index) <= Self.mostPictureBytes else {
          throw ProjectError.notAPicture(name, because: "it is larger than \(Self.mostPictureBytes >> 20) MB")
        }
        guard let bytes = files.contents(at: index) else {
          throw ProjectError.notAPicture(name, because: "it is damaged in the archive")
        }
        if try take(bytes, named: name, of: label, batch: batch) { result.kept += 1 } else { result.passedOver += 1 }
      } catch let error as ProjectError where [.fullDisk, .cannotWrite].contains(error.code) {
        throw error
      } catch {
        if result.skipped.count < Self.mostSkipped { result.skipped.append((files.names[index], "\(error)")) }
      }
      if done % 16 == 15 {
        events.send(.progress(what: "Reading the archive", done: done + 1, total: pictures.count))
        // Other changes go on meanwhile.
        await Task.yield()
      }
    }
    if pictures.isEmpty {
      throw ProjectError.badArchive("it holds no folders with pictures, and is no project of Teachable Machine")
    }
    try resync()
    // Many pictures are learnt in blocks, and not one by one.
    await reading?.value
    return result
  }

  /// Keeps a picture of an archive, to be read later.
  ///
  /// - Returns: Whether it is new.
  private func take(_ bytes: Bytes, named name: String, of label: String, batch: String?) throws -> Bool {
    try Self.checkSize(of: Frame(source: 0, number: 1, content: .encoded(bytes), time: .zero), named: name)
    let data = bytes.withUnsafeBytes { Data($0) }
    let digest = Digest.of(data)
    let known = try classNamed(label, batch: batch)
    if let same = try store.pictures(ofDigest: digest).first {
      guard same.classID == known.id else { throw ProjectError.otherClass(names[same.classID ?? 0] ?? "another class") }
      return false
    }
    _ = try noting {
      try store.add(
        .init(name: Self.completed(name, data), bytes: data, digest: digest, origin: .zip), to: known.id, batch: batch)
    }
    return true
  }

  /// Returns the class and the name of a picture in an archive; nil for other files.
  ///
  /// Its class is the first folder, below the folders that all pictures share. A project of Teachable Machine has no folders: its files are `CLASS-!-NUMBER`, mostly
  /// without an ending, beside `manifest.json`.
  static func place(of path: String, below root: Int = 0) -> (label: String, name: String)? {
    let parts = parts(of: path)
    guard let name = parts.last, !path.hasSuffix("/"), !parts.contains(where: { $0.hasPrefix(".") || $0 == "__MACOSX" })
    else { return nil }
    if let mark = name.range(of: "-!-", options: .backwards), mark.lowerBound > name.startIndex {
      return (String(name[..<mark.lowerBound]), String(name[mark.upperBound...]))
    }
    guard parts.count >= 2 + root, let dot = name.lastIndex(of: "."),
      PictureFiles.endings.contains(name[name.index(after: dot)...].lowercased())
    else { return nil }
    return (parts[root], name)
  }

  private static func parts(of path: String) -> [String] {
    path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).map(String.init)
  }

  /// Returns the number of folders that are the same for all pictures, above those of the classes.
  static func root(of names: [String]) -> Int {
    let all = names.filter { place(of: $0) != nil && !$0.contains("-!-") }.map(parts)
    var root = 0
    while let first = all.first, all.allSatisfy({ $0.count >= root + 3 && $0[root] == first[root] }) { root += 1 }
    return root
  }

  /// Returns the name with the ending of its format where it has none: other programs find pictures by their endings.
  private static func completed(_ name: String, _ bytes: Data) -> String {
    let ending = name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    if PictureFiles.endings.contains(ending) { return name }
    let format =
      bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) ? "png" : bytes.starts(with: Data("RIFF".utf8)) ? "webp" : "jpg"
    return "\(name).\(format)"
  }

  private static let mostUnpacked = 4 << 30
  /// The most bytes of a picture that comes from outside.
  public static let mostPictureBytes = 32 << 20
  private static let mostSkipped = 100
}
