#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Names of classes by their ids.
///
/// As text they are lines: numbered ones, `<id>  <label>` as Coral writes them or `<id>:<label>` as TF-Slim does, or a
/// label a line, the first of which is class 0. Lines are taken for numbered where every one is.
public struct Labels: Sendable, Hashable {
  /// The names.
  public var names: [Int: String]

  /// - Parameter names: Names by class id.
  public init(_ names: [Int: String] = [:]) { self.names = names }

  /// The labels of a text of either form.
  public init(text: String) {
    let numbered = Self.lines(of: text).filter { !$0.isEmpty }.map { Self.numbered($0) }
    if !numbered.isEmpty, numbered.allSatisfy({ $0 != nil }) {
      names = Dictionary(numbered.compactMap { $0 }, uniquingKeysWith: { first, _ in first })
    } else {
      self = Self(lines: text)
    }
  }

  /// The labels of a text that is known to have one a line, the first of which is class 0: nothing is guessed.
  public init(lines text: String) {
    let named = Self.lines(of: text).enumerated().filter { !$1.isEmpty }
    names = Dictionary(uniqueKeysWithValues: named.map { ($0, String($1)) })
  }

  private static func lines(of text: String) -> [Substring] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { trimmed($0) }
  }

  /// Whether a name can stand in a label file: it is not empty, has no space at its ends, and is on one line.
  package static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.contains(where: \.isNewline) && trimmed(name[...]).count == name.count
  }

  /// Reads a label file.
  ///
  /// - Throws: ``LabelsError/badFile(path:reason:)`` when it cannot be read, is no text, or holds no label.
  public init(contentsOf file: URL) throws(LabelsError) {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw .badFile(path: file.path, reason: "it cannot be read")
    }
    guard data.count <= 1 << 26 else { throw .badFile(path: file.path, reason: "it is larger than 64 MB") }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .badFile(path: file.path, reason: "it is not UTF-8 text")
    }
    self.init(text: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    guard !names.isEmpty else { throw .badFile(path: file.path, reason: "it holds no label") }
  }

  /// The name of a class: its number where it has none.
  public subscript(_ id: Int) -> String { names[id] ?? String(id) }

  /// The labels in Coral's form, `<id>  <label>` a line, ascending.
  public var text: String {
    names.sorted { $0.key < $1.key }.map { "\($0.key)  \($0.value)\n" }.joined()
  }

  /// The names of the classes 0 ..< `count` in their order, empty for one without a name; none where no class has one.
  public func lines(count: Int) -> [String] {
    names.isEmpty
      ? [] : (0..<count).map { (names[$0] ?? "").split(whereSeparator: \.isNewline).joined(separator: " ") }
  }

  /// The class of a name, or nil; of several the one with the lowest id. Names are compared by Unicode's rules.
  public func id(of name: String) -> Int? {
    names.filter { $0.value == name }.keys.min()
  }

  /// Some of the names with others that differ from them by case alone, each pair once.
  package func alike(_ some: [String]) -> [(String, String)] {
    let groups = Dictionary(grouping: Set(names.values).sorted()) { $0.lowercased() }
    return Set(some.map { $0.lowercased() }).sorted().flatMap { key in
      let group = groups[key] ?? []
      return zip(group, group.dropFirst()).map { ($0, $1) }
    }
  }

  /// Whether a class of that name stands for what is none of the others: `background` or `none`, in any case.
  public static func meansNone(_ name: String) -> Bool { ["background", "none"].contains(name.lowercased()) }

  private static func trimmed(_ line: Substring) -> Substring {
    let start = line.drop(while: \.isWhitespace)
    return start[..<(start.lastIndex { !$0.isWhitespace }.map { start.index(after: $0) } ?? start.startIndex)]
  }

  private static func numbered(_ line: Substring) -> (Int, String)? {
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    let rest = line[digits.endIndex...]
    guard let id = Int(digits), rest.first?.isWhitespace == true || rest.first == ":" else { return nil }
    let name = trimmed(rest.dropFirst())
    return name.isEmpty ? nil : (id, String(name))
  }
}
