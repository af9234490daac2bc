#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A list of pictures with a column for each kind of note: the path, the label, the split and the group.
///
/// The fields are separated by commas, semicolons or tabs. The first line may name the columns, in any order and among
/// others; without it, the first column is the path and the second the label.
struct PictureTable {
  /// A line of the list.
  struct Row {
    let line: Int
    let path: String
    let label: String
    let split: String?
    let group: String?
  }

  /// A column's role.
  private enum Column: CaseIterable {
    case path, label, split, group

    /// The names that the first line may give it, in lower case.
    var names: [String] {
      switch self {
      case .path: ["path", "file", "filename", "file_name", "filepath", "image", "picture"]
      case .label: ["label", "class", "category"]
      case .split: ["split", "set", "subset", "partition"]
      case .group: ["group", "group_id"]
      }
    }
  }

  private(set) var rows: [Row] = []
  /// All fields of each row.
  private(set) var records: [[String]] = []
  /// The column of the labels.
  let labelColumn: Int
  /// The names of all columns; empty if the first line names none.
  let header: [String]
  /// Whether the columns are `label,path` without a first line that says so.
  private(set) var isTurned = false

  /// Reads a list.
  ///
  /// - Parameters:
  ///   - list: The file.
  ///   - splitColumn: The name of the column of the splits; by default `split`, `set`, `subset` or `partition`.
  ///   - groupColumn: The name of the column of the groups; by default `group`.
  /// - Throws: ``LabelledPicturesError``, naming the line.
  init(_ list: URL, splitColumn: String? = nil, groupColumn: String? = nil) throws(LabelledPicturesError) {
    let path = list.relativePath
    var records = try CommaSeparated.records(of: list, separators: [",", ";", "\t"])
    let names = records.first?.fields ?? []
    let lower = names.map { $0.lowercased() }
    func index(_ column: Column) -> Int? { lower.firstIndex { column.names.contains($0) } }
    let isHeader = index(.path) != nil && index(.label) != nil
    header = isHeader ? names : []
    func named(_ name: String?, _ usual: Column) throws(LabelledPicturesError) -> Int? {
      guard let name else { return isHeader ? index(usual) : nil }
      guard isHeader, let index = names.firstIndex(of: name) ?? lower.firstIndex(of: name.lowercased()) else {
        throw .noColumn(name, known: isHeader ? names : [], path: path)
      }
      return index
    }
    let places = (split: try named(splitColumn, .split), group: try named(groupColumn, .group))
    if isHeader { records.removeFirst() }
    var columns = (path: index(.path) ?? 0, label: index(.label) ?? 1)
    if !isHeader {
      isTurned = Self.areTurned(records)
      columns = isTurned ? (1, 0) : (0, 1)
    }
    labelColumn = columns.label
    let needed = max(columns.path, columns.label, places.split ?? 0, places.group ?? 0) + 1
    rows.reserveCapacity(records.count)
    for record in records {
      // Without names, more columns may be anything.
      guard record.fields.count >= needed, isHeader || record.fields.count == 2 else {
        throw .badLine(
          record.line, path: path,
          reason: isHeader
            ? "it has \(record.fields.count) fields, and the first line names \(header.count)"
            : "it has \(record.fields.count) fields, not path,label")
      }
      self.records.append(record.fields)
      rows.append(
        Row(
          line: record.line, path: record.fields[columns.path], label: record.fields[columns.label],
          split: places.split.map { record.fields[$0] }, group: places.group.map { record.fields[$0] }))
    }
  }

  /// Returns whether the second fields are paths of pictures, and the first ones are not.
  private static func areTurned(_ records: [CommaSeparated.Record]) -> Bool {
    let sample = records.prefix(20)
    let isPicture = { (field: String) in PictureFiles.endings.contains(PictureFiles.ending(of: field)) }
    return !sample.isEmpty
      && sample.allSatisfy { $0.fields.count == 2 && isPicture($0.fields[1]) && !isPicture($0.fields[0]) }
  }
}

/// The part of a split that a picture belongs to.
public enum SplitPart: String, Sendable, Hashable, CaseIterable {
  /// To train on.
  case training
  /// To test on.
  case heldBack

  /// Returns the part that a word names, in upper or lower case: `train`, `training` and `learn`, or `test`, `testing`, `val`,
  /// `valid`, `validation`, `dev`, `eval` and `holdout`; nil for any other.
  public init?(word: String) {
    switch word.lowercased() {
    case "train", "training", "learn": self = .training
    case "test", "testing", "val", "valid", "validation", "dev", "eval", "evaluation", "holdout", "held-back":
      self = .heldBack
    default: return nil
    }
  }
}
