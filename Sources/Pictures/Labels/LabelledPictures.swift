public import Platform

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Picture files sorted into classes, from which a classifier learns.
///
/// Classes are in the order of their names, and the pictures of each class in the order of their paths, by Unicode code
/// point after canonical composition (the order of Swift's `String`): the same on every machine and file system.
public struct LabelledPictures: Sendable, Hashable {
  /// A class and its pictures.
  public struct Class: Sendable, Hashable {
    /// The class's name: one line, not empty.
    public let name: String
    /// Its picture files.
    public let pictures: [URL]

    /// Makes a class from its name and pictures.
    public init(name: String, pictures: [URL]) {
      self.name = name
      self.pictures = pictures
    }
  }

  /// The classes that have pictures, in the order of their names.
  public private(set) var classes: [Class]
  /// The names of folders without a picture, in order.
  public let emptyClasses: [String]
  /// What was passed over, or followed out of the folder.
  public let remarks: [SearchRemark]
  /// The groups that a list gives to pictures: pictures of one group show the same thing.
  public private(set) var groups: [URL: String] = [:]
  /// The parts of a split, where a list gives them, or the folder has a folder for each part.
  public private(set) var parts: [URL: SplitPart] = [:]
  /// Sentences on how the list or the folder was understood, where that is not obvious.
  public private(set) var notes: [String] = []

  /// The number of pictures in all classes together.
  public var count: Int { classes.reduce(0) { $0 + $1.pictures.count } }

  /// Reads a folder with one folder for each class, named after the class; spaces at the ends of a name are ignored.
  ///
  /// The pictures of a class are the files in its folder, and in folders within it, that ``PictureFiles`` recognises as
  /// pictures. Hidden files and folders are ignored; ``remarks`` tells what else was passed over.
  ///
  /// A folder whose folders are named `train`, and `test`, `val` or the like, and have class folders in them, is a split
  /// data set: its classes are those of all parts, and ``parts`` tells the part of each picture.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(folder: URL) throws(LabelledPicturesError) {
    if let split = Self.splitFolders(of: folder) {
      try self.init(split: split, of: folder)
    } else {
      try self.init(classFolders: folder)
    }
  }

  /// Returns the folders of a split data set, with their parts; nil for any other folder.
  private static func splitFolders(of folder: URL) -> [(folder: URL, part: SplitPart)]? {
    let folders = (FolderEntry.all(in: folder.path) ?? []).filter {
      $0.kind == .folder && !$0.isHidden && $0.name.isUTF8 && !PictureFiles.isSystemFolder($0.name.text)
    }
    let parts = folders.map { (folder.appending(path: $0.name.text), SplitPart(word: $0.name.text)) }
    let known = parts.compactMap { url, part in part.map { (folder: url, part: $0) } }
    guard known.count == parts.count, Set(known.map(\.part)).count == SplitPart.allCases.count else { return nil }
    let hasClasses = known.allSatisfy { part in
      (FolderEntry.all(in: part.folder.path) ?? []).contains { $0.kind == .folder && !$0.isHidden }
    }
    return hasClasses ? known : nil
  }

  private init(split: [(folder: URL, part: SplitPart)], of folder: URL) throws(LabelledPicturesError) {
    var pictures: [String: [URL]] = [:]
    var empty: Set<String> = []
    var remarks: [SearchRemark] = []
    for (url, part) in split {
      let found = try LabelledPictures(classFolders: url)
      for known in found.classes {
        pictures[known.name, default: []] += known.pictures
        for picture in known.pictures { parts[picture] = part }
      }
      empty.formUnion(found.emptyClasses)
      remarks += found.remarks.map { SearchRemark(kind: $0.kind, path: url.lastPathComponent + "/" + $0.path) }
    }
    classes = pictures.sorted { $0.key < $1.key }.map { Class(name: $0.key, pictures: $0.value) }
    emptyClasses = empty.filter { pictures[$0] == nil }.sorted()
    self.remarks = remarks
    let names = { (part: SplitPart) in
      split.filter { $0.part == part }.map { $0.folder.lastPathComponent }.joined(separator: " and ")
    }
    notes = [
      "\(folder.relativePath) is a split data set: \(names(.training)) is to train on, \(names(.heldBack)) to test on"
    ]
  }

  private init(classFolders folder: URL) throws(LabelledPicturesError) {
    guard let entries = FolderEntry.all(in: folder.path) else {
      throw PictureFiles.isFolder(folder)
        ? .unreadable(path: folder.relativePath) : .notAFolder(path: folder.relativePath)
    }
    var search = PictureSearch(root: folder.path)
    var named: [(name: String, folder: FolderEntry)] = []
    for entry in entries where entry.kind == .folder && !entry.isHidden {
      if !entry.name.isUTF8 {
        search.remark(.notUTF8, entry.name.text)
      } else if !search.isOfSystem(entry, in: "") {
        named.append((CommaSeparated.trimmed(entry.name.text[...]), entry))
      }
    }
    named.sort { $0.name < $1.name }
    // Names that are equal after composition are neighbours in the order.
    for (one, next) in zip(named, named.dropFirst()) where one.name == next.name {
      throw .sameName(one.name, path: folder.relativePath)
    }
    for (name, _) in named {
      if name.isEmpty { throw .emptyName(path: folder.relativePath) }
      if name.contains(where: \.isNewline) { throw .nameOfSeveralLines(name) }
    }
    let found = named.map { name, entry in
      Class(name: name, pictures: search.pictures(in: entry).map { folder.appending(path: $0) })
    }
    classes = found.filter { !$0.pictures.isEmpty }
    emptyClasses = found.filter(\.pictures.isEmpty).map(\.name)
    let loose = entries.filter { $0.kind == .file && PictureFiles.isPicture($0.name.text) }
    if classes.isEmpty {
      throw loose.isEmpty
        ? .noPictures(path: folder.relativePath, remarks: search.remarks)
        : .noClassFolders(path: folder.relativePath, pictures: loose.count)
    }
    for entry in loose { search.remark(.besideClasses, entry.name.text) }
    remarks = search.remarks
  }

  /// Reads a list of pictures and their labels.
  ///
  /// The list is a text with one picture on each line, as a spreadsheet writes it: fields with separators, quotes or line
  /// breaks are in double quotes, and quotes within them are doubled. The fields are separated by commas, semicolons or tabs.
  /// The first line may name the columns: `path` and `label`, and `split` and `group` if there are any; other columns are
  /// ignored. Without names, a line is `path,label`. Empty lines are ignored. Paths are relative to the folder of the list,
  /// and may be `file` URLs; where there is no file with backslashes in its name, they separate folders, as on Windows. A
  /// picture that is listed twice counts once.
  ///
  /// - Parameters:
  ///   - list: The file.
  ///   - splitColumn: The name of the column of the splits, if it is not called `split`, `set`, `subset` or `partition`.
  ///   - groupColumn: The name of the column of the groups, if it is not called `group`.
  /// - Throws: ``LabelledPicturesError``, naming the line.
  public init(
    list: URL, splitColumn: String? = nil, groupColumn: String? = nil
  ) throws(LabelledPicturesError) {
    var pictures: [String: Set<String>] = [:]
    var labels: [String: String] = [:]
    var noted: [String: (split: SplitPart?, group: String?)] = [:]
    let folder = list.deletingLastPathComponent()
    let table = try PictureTable(list, splitColumn: splitColumn, groupColumn: groupColumn)
    for row in table.rows {
      let (place, label) = (row.path, row.label)
      guard !place.isEmpty, !label.isEmpty else {
        throw .badLine(row.line, path: list.relativePath, reason: "its \(place.isEmpty ? "path" : "label") is empty")
      }
      guard !place.unicodeScalars.contains("\0") else {
        throw .badLine(row.line, path: list.relativePath, reason: "its path holds a NUL, which no file name can")
      }
      if label.contains(where: \.isNewline) { throw .nameOfSeveralLines(label) }
      let path = try Self.path(place, on: row.line, of: list)
      if let other = labels[path], other != label {
        throw .badLine(
          row.line, path: list.relativePath, reason: "\(path) has the label \"\(other)\" on an earlier line")
      }
      labels[path] = label
      pictures[label, default: []].insert(path)
      var part: SplitPart?
      if let word = row.split, !word.isEmpty {
        guard let known = SplitPart(word: word) else {
          throw .badLine(
            row.line, path: list.relativePath,
            reason: "its split is \"\(word.prefix(100))\"; it takes train, val or test")
        }
        part = known
      }
      let group = row.group.flatMap { $0.isEmpty ? nil : $0 }
      if part != nil || group != nil { noted[path] = (part, group) }
    }
    guard !pictures.isEmpty else { throw .noPictures(path: list.relativePath) }
    let file = { (path: String) in path.hasPrefix("/") ? URL(filePath: path) : folder.appending(path: path) }
    classes = pictures.sorted { $0.key < $1.key }.map { label, paths in
      Class(name: label, pictures: paths.sorted().map(file))
    }
    (emptyClasses, remarks) = ([], [])
    for (path, note) in noted {
      if let part = note.split { parts[file(path)] = part }
      if let group = note.group { groups[file(path)] = group }
    }
    if table.isTurned { notes.append("\(list.relativePath) is read as label,path: its second fields are pictures") }
  }

  /// Gives a class another name.
  ///
  /// - Throws: ``LabelledPicturesError/noClass(_:known:)`` where no class has the old name,
  ///   ``LabelledPicturesError/nameTaken(_:by:)`` where another class has the new one, and
  ///   ``LabelledPicturesError/nameOfSeveralLines(_:)``.
  public mutating func rename(_ old: String, to new: String) throws(LabelledPicturesError) {
    let new = CommaSeparated.trimmed(new[...])
    guard let place = classes.firstIndex(where: { $0.name == old }) else {
      throw .noClass(old, known: classes.map(\.name))
    }
    guard new != old else { return }
    if new.isEmpty || new.contains(where: \.isNewline) { throw .nameOfSeveralLines(new) }
    if classes.contains(where: { $0.name == new }) { throw .nameTaken(new, by: old) }
    classes[place] = Class(name: new, pictures: classes[place].pictures)
    classes.sort { $0.name < $1.name }
  }

  /// Returns the path that a line of a list names.
  static func path(
    _ place: String, on line: Int, of list: URL
  ) throws(LabelledPicturesError) -> String {
    if let scheme = place.firstRange(of: "://").map({ place[..<$0.lowerBound].lowercased() }),
      !scheme.isEmpty, scheme.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
    {
      guard scheme == "file", let url = URL(string: place), ["", "localhost"].contains(url.host ?? ""),
        url.path.hasPrefix("/")
      else {
        throw .badLine(
          line, path: list.relativePath, reason: "\(place.prefix(200)) is not the path of a file on this machine")
      }
      return url.path
    }
    guard place.utf8.contains(UInt8(ascii: "\\")) else { return place }
    let folder = list.deletingLastPathComponent()
    let file = place.hasPrefix("/") ? URL(filePath: place) : folder.appending(path: place)
    if FileManager.default.fileExists(atPath: file.path) { return place }
    let letters = Array(place.utf8.prefix(2))
    if place.hasPrefix("\\\\") || (letters.count == 2 && letters[1] == UInt8(ascii: ":")) {
      throw .badLine(
        line, path: list.relativePath,
        reason: "\(place.prefix(200)) is on a drive of Windows: write paths from the list's folder")
    }
    return place.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "/")
  }

  /// Reads a folder of class folders, or a list if `url` is a file.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(
    _ url: URL, splitColumn: String? = nil, groupColumn: String? = nil
  ) throws(LabelledPicturesError) {
    if PictureFiles.isFolder(url) {
      if let column = splitColumn ?? groupColumn { throw .noColumn(column, known: [], path: url.relativePath) }
      try self.init(folder: url)
    } else {
      try self.init(list: url, splitColumn: splitColumn, groupColumn: groupColumn)
    }
  }

  /// Gives groups to pictures; see ``groups``.
  ///
  /// - Parameter group: Returns the group of a picture, or nil to keep what it has.
  public mutating func group(by group: (URL) -> String?) {
    for picture in classes.flatMap(\.pictures) {
      if let name = group(picture) { groups[picture] = name }
    }
  }
}

extension LabelledPictures {
  /// Returns classes as a list of `path,label` lines, which ``init(list:)`` reads; paths are absolute.
  public static func list(of classes: [Class]) -> String {
    var lines = ["path,label"]
    for known in classes {
      lines += known.pictures.map { "\(quoted($0.path)),\(quoted(known.name))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Returns a field, in double quotes if it needs them.
  private static func quoted(_ field: String) -> String {
    let isPlain = field.unicodeScalars.allSatisfy {
      !",\"\r\n".unicodeScalars.contains($0) && !$0.properties.isWhitespace
    }
    guard !isPlain else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

/// Why labelled pictures cannot be read from a folder or a list.
public struct LabelledPicturesError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case notAFolder, notThere, passedOver, unreadable, noPictures, noClassFolders, emptyName, sameName
    case nameOfSeveralLines, badLine, noClass, nameTaken, noColumn, otherPictures
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// Nothing exists at the path, where a folder or a list is needed.
  public static func notAFolder(path: String) -> Self {
    Self(
      code: .notAFolder, message: "\(path) does not exist",
      remedy: "a folder of class folders, or a list of path,label lines, is needed")
  }

  /// Nothing exists at the path.
  public static func notThere(path: String) -> Self {
    Self(code: .notThere, message: "\(path) does not exist", remedy: nil)
  }

  /// The folder or the list cannot be read.
  public static func unreadable(path: String) -> Self {
    Self(
      code: .unreadable, message: "\(path) cannot be read as text or as a folder",
      remedy: "check its permissions and that it is UTF-8")
  }

  /// There are no pictures at all; `remarks` are what was passed over.
  public static func noPictures(path: String, remarks: [SearchRemark] = []) -> Self {
    let words = SearchRemark.sentences(remarks).joined(separator: "; ")
    return Self(
      code: .noPictures, message: "\(path) holds no picture\(words.isEmpty ? "" : ": \(words)")",
      remedy: "a folder with one folder of pictures for each class is needed")
  }

  /// Pictures may be missing, and none may be.
  public static func passedOver(_ remarks: [SearchRemark], path: String) -> Self {
    Self(
      code: .passedOver,
      message: "pictures of \(path) may be missing: \(SearchRemark.sentences(remarks).joined(separator: "; "))",
      remedy: nil)
  }

  /// There are pictures, but they are not in class folders.
  public static func noClassFolders(path: String, pictures: Int) -> Self {
    Self(
      code: .noClassFolders,
      message: "\(path) holds \(pictures == 1 ? "a picture" : "\(pictures) pictures") but no class folders",
      remedy: "sort the pictures into one folder for each class, named after the class")
  }

  /// The name of a class folder consists of spaces.
  public static func emptyName(path: String) -> Self {
    Self(
      code: .emptyName, message: "\(path) holds a folder whose name consists of spaces",
      remedy: "name it after its class")
  }

  /// The names of two class folders differ only in spaces at their ends, or in whether an accent is composed.
  public static func sameName(_ name: String, path: String) -> Self {
    Self(
      code: .sameName,
      message: """
        \(path) holds two folders named \"\(name)\", which differ only in outer spaces or in how accents are stored
        """,
      remedy: "merge them")
  }

  /// The name of a class has a line break, which a label file cannot hold.
  public static func nameOfSeveralLines(_ name: String) -> Self {
    Self(
      code: .nameOfSeveralLines,
      message:
        "the class name \"\(name.split(whereSeparator: \.isNewline).joined(separator: "⏎"))\" has a line break in it",
      remedy: "rename it")
  }

  /// No class has the name that is to be replaced.
  public static func noClass(_ name: String, known: [String]) -> Self {
    let list = known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", …" : "")
    return Self(
      code: .noClass, message: "there is no class \"\(name)\" to rename", remedy: "the classes are \(list)")
  }

  /// A class cannot get the name of another one.
  public static func nameTaken(_ name: String, by other: String) -> Self {
    Self(
      code: .nameTaken, message: "\(other) cannot be renamed to \(name): another class has that name",
      remedy: "choose another name, or move the pictures into one folder")
  }

  /// No picture of a file of corrections is in the data.
  public static func otherPictures(corrections: Int, data: String) -> Self {
    Self(
      code: .otherPictures,
      message: "\(data) has none of the \(corrections) pictures of the corrections",
      remedy: "name the folder or list that was checked, from the same working folder")
  }

  /// A list has no column of a name; `known` are the columns that its first line names.
  public static func noColumn(_ name: String, known: [String], path: String) -> Self {
    Self(
      code: .noColumn, message: "\(path) has no column \"\(name)\"",
      remedy: known.isEmpty
        ? "a list whose first line names its columns is needed" : "its columns are \(known.joined(separator: ", "))")
  }

  /// A line of a list is not of the form `path,label`.
  public static func badLine(_ line: Int, path: String, reason: String) -> Self {
    Self(code: .badLine, message: "line \(line) of \(path) cannot be used: \(reason)", remedy: nil)
  }
}
