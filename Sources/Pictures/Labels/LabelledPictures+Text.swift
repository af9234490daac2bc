#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension LabelledPictures {
  /// Some classes as a list of `path,label` lines, which ``init(list:)`` reads; paths are absolute.
  public static func list(of classes: [Class]) -> String {
    var lines = ["path,label"]
    for known in classes {
      lines += known.pictures.map { "\(quoted($0.path)),\(quoted(known.name))" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A field in double quotes, where it needs them.
  private static func quoted(_ field: String) -> String {
    let isPlain = field.unicodeScalars.allSatisfy {
      !",\"\r\n".unicodeScalars.contains($0) && !$0.properties.isWhitespace
    }
    guard !isPlain else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
