import ModelSurgery
public import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The names of classes by their ids.
///
/// A label file has numbered lines, `<id>  <label>` as Coral writes them or `<id>:<label>` as TF-Slim does, or one label a
/// line, the first of which is class 0. Lines count as numbered if every line has a number, and the numbers are 0 ..< n,
/// each once. Other numbers are ids only in the form of Coral or TF-Slim, ascending: in a file of `1 Euro`, `2 Euro` and
/// `5 Euro` they belong to the names.
public struct Labels: Sendable, Hashable {
  /// The names.
  public var names: [Int: String]

  /// Creates labels.
  ///
  /// - Parameter names: The names by class id.
  public init(_ names: [Int: String] = [:]) { self.names = names }

  /// Reads the text of a label file, numbered or not.
  public init(text: String) {
    let lines = Self.lines(of: text).filter { !$0.isEmpty }
    let numbered = lines.compactMap { Self.numbered($0) }
    if !numbered.isEmpty, numbered.count == lines.count, Self.areIDs(numbered) {
      names = Dictionary(numbered.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    } else {
      self = Self(lines: text)
    }
  }

  /// Whether the numbers before the names are ids of classes, and not part of the names.
  private static func areIDs(_ lines: [(id: Int, name: String, isCorals: Bool)]) -> Bool {
    let ids = lines.map(\.id)
    if ids.sorted().elementsEqual(0..<ids.count) { return true }
    return lines.allSatisfy(\.isCorals) && zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// Reads a text with one label a line, the first of which is class 0.
  public init(lines text: String) {
    let named = Self.lines(of: text).enumerated().filter { !$1.isEmpty }
    names = Dictionary(uniqueKeysWithValues: named.map { ($0, String($1)) })
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { trimmed($0) }
  }

  /// Returns whether a label file can hold a name: it must be one line, not empty, without white space at its ends, and not
  /// begin with a combining mark, which would join the space before it.
  package static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.contains(where: \.isNewline) && trimmed(name[...]).count == name.count
      && " \(name)".count == name.count + 1
  }

  /// Reads a label file.
  ///
  /// - Throws: ``LabelsError/badFile(path:reason:)`` where the file cannot be read, is not text, holds no label, or has more
  ///   than 262 144 lines or a line of more than 4096 bytes.
  public init(contentsOf file: URL) throws(LabelsError) {
    do {
      self.init(text: try LabelText(Bytes(mapping: file)).text)
    } catch let error as LabelText.Unusable {
      throw .badFile(path: file.path, reason: error.reason)
    } catch {
      throw .badFile(path: file.path, reason: "it cannot be read")
    }
    guard !names.isEmpty else { throw .badFile(path: file.path, reason: "it holds no label") }
  }

  /// The name of a class, or its id where it has no name.
  public subscript(_ id: Int) -> String { names[id] ?? String(id) }

  /// The labels in Coral's form: lines of `<id>  <label>`, ascending.
  public var text: String {
    names.sorted { $0.key < $1.key }.map { "\($0.key)  \($0.value)\n" }.joined()
  }

  /// Returns the names of the classes 0 ..< `count`, with an empty string for a class without a name; returns an empty array
  /// where no class has a name.
  public func lines(count: Int) -> [String] {
    names.isEmpty
      ? [] : (0..<count).map { (names[$0] ?? "").split(whereSeparator: \.isNewline).joined(separator: " ") }
  }

  /// Returns the lowest id of the classes with a name, or nil if there is none. Names are equal if they are canonically
  /// equivalent in Unicode.
  public func id(of name: String) -> Int? {
    names.filter { $0.value == name }.keys.min()
  }

  /// Returns the pairs of names that differ only in case from each other and from one of `some`, each pair once.
  package func alike(_ some: [String]) -> [(String, String)] {
    let groups = Dictionary(grouping: Set(names.values).sorted()) { $0.lowercased() }
    return Set(some.map { $0.lowercased() }).sorted().flatMap { key in
      let group = groups[key] ?? []
      return zip(group, group.dropFirst()).map { ($0, $1) }
    }
  }

  /// Returns whether a class of this name stands for pictures of no other class: `background` or `none`, in any case.
  public static func meansNone(_ name: String) -> Bool { ["background", "none"].contains(name.lowercased()) }

  private static func trimmed(_ line: Substring) -> Substring {
    let start = line.drop(while: \.isWhitespace)
    return start[..<(start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) } ?? start.startIndex)]
  }

  /// Returns the number before a name, and whether a colon, a tab or two spaces stand between them.
  private static func numbered(_ line: Substring) -> (id: Int, name: String, isCorals: Bool)? {
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    let rest = line[digits.endIndex...]
    guard let id = Int(digits), rest.first?.isWhitespace == true || rest.first == ":" else { return nil }
    let name = trimmed(rest.dropFirst())
    guard !name.isEmpty else { return nil }
    return (id, String(name), rest.first == ":" || rest.first == "\t" || rest.dropFirst().first?.isWhitespace == true)
  }
}

extension Labels {
  /// Returns the labels with some classes renamed. All changes apply at once, so two classes can swap their names.
  ///
  /// - Parameter changes: Texts `old=new`. If a text has several equals signs, the first with a known name before it
  ///   separates the two names.
  /// - Throws: ``LabelsError`` where no class has the old name, or the new name is invalid or already used.
  public func renaming(_ changes: [String]) throws(LabelsError) -> Labels {
    var renamed = self
    var new: Set<String> = []
    for change in changes {
      let (id, name) = try parsed(change)
      guard Self.isName(name) else { throw .badName(name, classID: id) }
      renamed.names[id] = name
      new.insert(name)
    }
    for (name, classes) in Dictionary(grouping: renamed.names.keys, by: { renamed.names[$0] ?? "" })
    where new.contains(name) && classes.count > 1 {
      throw .sameName(name, classes: classes.sorted())
    }
    return renamed
  }

  /// Throws ``LabelsError`` unless the labels name each of `count` classes. Several classes may share a name, as the two
  /// cranes of ImageNet do.
  public func check(count: Int) throws(LabelsError) {
    guard names.count == count, names.keys.allSatisfy({ (0..<count).contains($0) }) else {
      throw .wrongCount(names: names.count, classes: count)
    }
    if let (id, name) = names.sorted(by: { $0.key < $1.key }).first(where: { !Self.isName($0.value) }) {
      throw .badName(name, classID: id)
    }
  }

  /// The names that several classes share, with the ids of these classes, ordered by the lowest id.
  package var shared: [(name: String, classes: [Int])] {
    Dictionary(grouping: names.keys.sorted(), by: { names[$0] ?? "" }).filter { $0.value.count > 1 }
      .map { (name: $0.key, classes: $0.value) }.sorted { $0.classes[0] < $1.classes[0] }
  }

  private func parsed(_ change: String) throws(LabelsError) -> (id: Int, name: String) {
    var old: String?
    for place in change.indices where change[place] == "=" {
      let name = String(change[..<place])
      old = old ?? name
      if let id = id(of: name) { return (id, String(change[change.index(after: place)...])) }
    }
    guard let old else { throw .noChange(change) }
    throw .noSuchClass(old, nearest: NearestNames.to(old, among: names.sorted { $0.key < $1.key }.map(\.value)))
  }
}

/// Why classes cannot be named or renamed.
public struct LabelsError: DescribedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case noClasses, wrongCount, sameName, badName, noSuchClass, badFile, noChange
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  private init(_ code: Code, _ message: String, remedy: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
  }
}

extension LabelsError {
  /// The model's output is not a vector of scores.
  public static let noClasses = Self(
    .noClasses, "the model's output is not a vector of scores: it has no classes to name")

  /// The number of names differs from the number of classes.
  public static func wrongCount(names: Int, classes: Int) -> Self {
    Self(
      .wrongCount, "there are \(names) names for \(classes) classes",
      remedy: "give each class one name, in the order of the model's output")
  }

  /// There is a name for a class that the model does not have.
  public static func beyondClasses(_ id: Int, count: Int) -> Self {
    Self(
      .wrongCount, "the labels name class \(id), and the model's last is \(count - 1)",
      remedy: "use the labels that belong to the model: one for each of its \(count) classes")
  }

  /// Several classes would have the same name.
  public static func sameName(_ name: String, classes: [Int]) -> Self {
    let list = classes.prefix(5).map(String.init).joined(separator: ", ")
    return Self(
      .sameName, "the classes \(list) would all be called \(name)", remedy: "give each class a different name")
  }

  /// A label file cannot hold the name.
  public static func badName(_ name: String, classID: Int) -> Self {
    Self(
      .badName, "class \(classID) cannot be called \"\(name.prefix(256))\"",
      remedy: "a name must be one line, not empty, without spaces at its ends or an accent alone at its beginning")
  }

  /// No class has the name; `nearest` are similar names.
  public static func noSuchClass(_ name: String, nearest: [String]) -> Self {
    Self(
      .noSuchClass, "no class is called \(name.prefix(256))",
      remedy: nearest.isEmpty ? nil : "did you mean \(nearest.joined(separator: " or "))?")
  }

  /// The label file cannot be used.
  public static func badFile(path: String, reason: String) -> Self {
    Self(.badFile, "the label file \(path) cannot be used: \(reason)")
  }

  /// A change does not have the form `old=new`.
  public static func noChange(_ text: String) -> Self {
    Self(.noChange, "'\(text.prefix(256))' does not rename a class", remedy: "write old=new")
  }
}
