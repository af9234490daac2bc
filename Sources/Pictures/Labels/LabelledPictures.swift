#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Picture files sorted into classes: what a classifier learns from.
///
/// Classes are in the order of their names, and each class's pictures in the order of their paths, by Unicode code point
/// after canonical composition (the order of Swift's `String`): the same on every machine and file system.
public struct LabelledPictures: Sendable, Hashable {
  /// A class and its pictures.
  public struct Class: Sendable, Hashable {
    /// The class's name: one line, not empty.
    public let name: String
    /// Its picture files.
    public let pictures: [URL]

    /// A class and its pictures.
    public init(name: String, pictures: [URL]) {
      self.name = name
      self.pictures = pictures
    }
  }

  /// The classes that have pictures, in the order of their names.
  public let classes: [Class]
  /// The names of folders in which there is no picture, in order.
  public let emptyClasses: [String]

  /// How many pictures there are in all classes together.
  public var count: Int { classes.reduce(0) { $0 + $1.pictures.count } }

  /// Looks through a folder that holds one folder a class, named as the class is called; spaces at the name's ends do not
  /// count.
  ///
  /// A class's pictures are the files in its folder, and in folders within it, that ``PictureFiles`` takes for pictures.
  /// Hidden files and folders, other files, and files beside the class folders are passed over.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(folder: URL) throws(LabelledPicturesError) {
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw PictureFiles.isFolder(folder)
        ? .unreadable(path: folder.relativePath) : .notAFolder(path: folder.relativePath)
    }
    let folders = entries.filter { !$0.hasPrefix(".") && PictureFiles.isFolder(folder.appending(path: $0)) }
    let named = folders.map { (name: CommaSeparated.trimmed($0[...]), folder: $0) }.sorted { $0.name < $1.name }
    // Two names next to each other in order are the same after composition, or none are.
    for (one, next) in zip(named, named.dropFirst()) where one.name == next.name {
      throw .sameName(one.name, path: folder.relativePath)
    }
    for (name, _) in named {
      if name.isEmpty { throw .emptyName(path: folder.relativePath) }
      if name.contains(where: \.isNewline) { throw .nameOfSeveralLines(name) }
    }
    let found = named.map { name, entry in
      Class(name: name, pictures: PictureFiles.pictures(in: folder.appending(path: entry)))
    }
    classes = found.filter { !$0.pictures.isEmpty }
    emptyClasses = found.filter(\.pictures.isEmpty).map(\.name)
    if classes.isEmpty {
      let loose = entries.count { PictureFiles.isPicture($0) }
      throw loose > 0
        ? .noClassFolders(path: folder.relativePath, pictures: loose) : .noPictures(path: folder.relativePath)
    }
  }

  /// Reads a list of `path,label` lines.
  ///
  /// The list is text in UTF-8, a picture a line, as a spreadsheet writes it: fields with commas, quotes or line ends
  /// stand in double quotes, quotes within them are doubled. A first line that says `path,label` is passed over, and so
  /// are empty lines. Paths are relative to the list's own folder. A picture that is listed twice counts once.
  ///
  /// - Throws: ``LabelledPicturesError``, naming the line.
  public init(list: URL) throws(LabelledPicturesError) {
    var pictures: [String: Set<String>] = [:]
    var labels: [String: String] = [:]
    for (number, record) in try CommaSeparated.records(of: list).enumerated() {
      if number == 0, record.fields.map({ $0.lowercased() }) == ["path", "label"] { continue }
      guard record.fields.count == 2 else {
        throw .badLine(
          record.line, path: list.relativePath, reason: "it has \(record.fields.count) fields, not path,label")
      }
      let (path, label) = (record.fields[0], record.fields[1])
      guard !path.isEmpty, !label.isEmpty else {
        throw .badLine(record.line, path: list.relativePath, reason: "its \(path.isEmpty ? "path" : "label") is empty")
      }
      if label.contains(where: \.isNewline) { throw .nameOfSeveralLines(label) }
      if let other = labels[path], other != label {
        throw .badLine(record.line, path: list.relativePath, reason: "\(path) is \"\(other)\" on an earlier line")
      }
      labels[path] = label
      pictures[label, default: []].insert(path)
    }
    guard !pictures.isEmpty else { throw .noPictures(path: list.relativePath) }
    let folder = list.deletingLastPathComponent()
    classes = pictures.sorted { $0.key < $1.key }.map { label, paths in
      Class(
        name: label,
        pictures: paths.sorted().map { $0.hasPrefix("/") ? URL(filePath: $0) : folder.appending(path: $0) })
    }
    emptyClasses = []
  }

  /// Looks through a folder of class folders, or reads a list where `url` is a file.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(_ url: URL) throws(LabelledPicturesError) {
    if PictureFiles.isFolder(url) {
      try self.init(folder: url)
    } else {
      try self.init(list: url)
    }
  }
}
