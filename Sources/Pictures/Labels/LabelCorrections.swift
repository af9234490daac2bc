public import Platform

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Corrections of labels: pictures to move to another class folder, or to give another label in a list.
///
/// The file is a list whose first line names the columns `path`, `label` and `new_label`, and if it has one `digest`, the
/// digest of the picture when it was looked at. Lines without a new label are ignored.
public struct LabelCorrections: Sendable {
  /// A correction of one picture.
  public struct Correction: Sendable, Hashable {
    /// The path of the picture.
    public let path: String
    /// The digest of its content, if it is known.
    public let digest: PictureDigest?
    /// Its label, and the one to put in its place.
    public let label, newLabel: String
    /// The path that the picture gets, where it must be this one.
    let target: String?
  }

  /// Why a correction is left out.
  public enum Objection: String, Sendable, Hashable, CaseIterable {
    /// The picture is not where it was.
    case gone
    /// The picture has other content than when it was looked at.
    case changed
    /// The picture does not have the label that is to be replaced.
    case otherLabel
  }

  /// A correction that can be made.
  public struct Step: Sendable, Hashable {
    public let correction: Correction
    /// The path of the picture afterwards.
    public let target: String
  }

  /// What is to be done.
  public struct Plan: Sendable {
    public let steps: [Step]
    public let objections: [(correction: Correction, objection: Objection)]
  }

  /// The corrections, in the order of the file.
  public let corrections: [Correction]

  /// Reads a file of corrections.
  ///
  /// - Throws: ``LabelledPicturesError``, naming the line.
  public init(contentsOf file: URL) throws(LabelledPicturesError) {
    let path = file.relativePath
    let records = try CommaSeparated.records(of: file, separators: [",", ";", "\t"])
    let names = records.first?.fields.map { $0.lowercased() } ?? []
    func column(_ name: String) throws(LabelledPicturesError) -> Int {
      guard let index = names.firstIndex(of: name) else { throw .noColumn(name, known: names, path: path) }
      return index
    }
    let (place, label, new) = (try column("path"), try column("label"), try column("new_label"))
    let (digest, target) = (names.firstIndex(of: "digest"), names.firstIndex(of: "target"))
    var corrections: [Correction] = []
    for record in records.dropFirst() {
      let fields = record.fields
      guard fields.count >= max(place, label, new) + 1 else {
        throw .badLine(
          record.line, path: path, reason: "it has \(fields.count) fields, and the first line \(names.count)")
      }
      func optional(_ column: Int?) -> String? {
        column.flatMap { $0 < fields.count && !fields[$0].isEmpty ? fields[$0] : nil }
      }
      guard !fields[new].isEmpty, fields[new] != fields[label] else { continue }
      guard Self.isFolderName(fields[new]) else {
        throw .badLine(record.line, path: path, reason: "a class cannot be called \"\(fields[new].prefix(100))\"")
      }
      let text = optional(digest)
      guard text == nil || text.flatMap({ PictureDigest($0) }) != nil else {
        throw .badLine(record.line, path: path, reason: "its digest is not 32 hexadecimal digits")
      }
      corrections.append(
        Correction(
          path: fields[place], digest: text.flatMap { PictureDigest($0) }, label: fields[label], newLabel: fields[new],
          target: optional(target)))
    }
    self.corrections = corrections
  }

  private static func isFolderName(_ name: String) -> Bool {
    !name.hasPrefix(".") && !name.contains { $0 == "/" || $0 == "\0" || $0.isNewline }
      && CommaSeparated.trimmed(name[...]) == name
  }

  /// Returns what is to be done in a folder of class folders, or in a list. Nothing is changed.
  ///
  /// - Throws: ``LabelledPicturesError``; ``LabelledPicturesError/otherPictures(corrections:data:)`` where no picture of the
  ///   corrections is in the data.
  public func plan(for data: URL) throws(LabelledPicturesError) -> Plan {
    var labels: [String: String] = [:]
    for known in try LabelledPictures(data).classes {
      for picture in known.pictures { labels[Self.key(picture.path)] = known.name }
    }
    let isFolder = PictureFiles.isFolder(data)
    var steps: [Step] = []
    var objections: [(correction: Correction, objection: Objection)] = []
    var taken: Set<String> = []
    var known = 0
    for correction in corrections {
      guard let label = labels[Self.key(correction.path)] else {
        objections.append((correction, .gone))
        continue
      }
      known += 1
      guard label == correction.label else {
        objections.append((correction, .otherLabel))
        continue
      }
      if let digest = correction.digest, PictureDigest(ofFile: correction.path) != digest {
        objections.append((correction, .changed))
        continue
      }
      let target =
        isFolder ? Self.target(of: correction, in: data, taken: &taken) : correction.path
      steps.append(Step(correction: correction, target: target))
    }
    guard known > 0 || corrections.isEmpty else {
      throw .otherPictures(corrections: corrections.count, data: data.relativePath)
    }
    return Plan(steps: steps, objections: objections)
  }

  /// Makes the corrections of a plan.
  ///
  /// Before a picture is moved, `undo` is written, if it is given: corrections that take all back. If a move fails, those before
  /// it remain, and the file takes them back.
  ///
  /// - Throws: What `write` throws, ``LabelledPicturesError``, and the error of the first move that fails.
  public static func apply(
    _ plan: Plan, to data: URL, undo: URL?, write: (_ text: String, _ file: URL) throws -> Void
  ) throws {
    let back = plan.steps.map { step in
      [
        step.target, step.correction.digest?.description ?? "", step.correction.newLabel, step.correction.label,
        step.correction.path,
      ]
    }
    if let undo { try write(CommaSeparated.text([["path", "digest", "label", "new_label", "target"]] + back), undo) }
    guard !plan.steps.isEmpty else { return }
    guard PictureFiles.isFolder(data) else {
      let changes = Dictionary(plan.steps.map { (key($0.correction.path), $0.correction.newLabel) }) { $1 }
      try write(PictureTable.text(of: data, relabelling: { changes[key($0)] }), data)
      return
    }
    for step in plan.steps {
      let target = URL(filePath: step.target)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.moveItem(at: URL(filePath: step.correction.path), to: target)
    }
  }

  /// Returns the path of a picture in the folder of its new class, with a number where another file has its name.
  private static func target(of correction: Correction, in data: URL, taken: inout Set<String>) -> String {
    if let target = correction.target, !FileManager.default.fileExists(atPath: target), taken.insert(target).inserted {
      return target
    }
    let file = URL(filePath: correction.path)
    let folder = data.appending(path: correction.newLabel)
    let (stem, ending) = (file.deletingPathExtension().lastPathComponent, file.pathExtension)
    for number in 1... {
      let name = (number == 1 ? stem : "\(stem)-\(number)") + (ending.isEmpty ? "" : ".\(ending)")
      let path = folder.appending(path: name).relativePath
      if !FileManager.default.fileExists(atPath: path), taken.insert(path).inserted { return path }
    }
    return correction.path
  }

  private static func key(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
}

extension PictureTable {
  /// Returns a list as text, with other labels for some pictures: fields separated by commas, UTF-8.
  ///
  /// - Parameter label: Returns the new label of the picture at a path, or nil to keep its label.
  static func text(of list: URL, relabelling label: (String) -> String?) throws(LabelledPicturesError) -> String {
    let table = try PictureTable(list)
    let folder = list.deletingLastPathComponent()
    var records = table.records
    for (index, row) in zip(records.indices, table.rows) {
      let path = try LabelledPictures.path(row.path, on: row.line, of: list)
      let file = path.hasPrefix("/") ? path : folder.appending(path: path).path
      if let new = label(file) { records[index][table.labelColumn] = new }
    }
    return CommaSeparated.text((table.header.isEmpty ? [] : [table.header]) + records)
  }
}
