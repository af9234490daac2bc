/// Why a line of a list of pictures to fetch cannot be used.
enum PictureEntryError: Error, Hashable {
  case fields(Int)
  case noAddress(String)
  case noLabel
  case noFolder(String)
  case noHash
  /// The same address under the same label stands on an earlier line, with another hash.
  case otherHash
  /// The name of the picture's file cannot be made.
  case noDigest(String)
}

extension PictureEntryError: CustomStringConvertible {
  /// What is wrong with the line, and what it should be.
  var description: String {
    switch self {
    case .fields(let count): "it has \(count == 1 ? "1 field" : "\(count) fields"), not URL,label or URL,label,SHA256"
    case .noAddress(let url): "\"\(url)\" is no http, https or file address; blanks in one are written %20"
    case .noLabel: "its label is empty"
    case .noFolder(let label):
      """
      "\(label.map { $0.isNewline ? "⏎" : String($0) }.joined())" cannot be a class folder's name: one of at most 200 \
      bytes is needed, with no slash and no line end in it and no dot before it
      """
    case .noHash: "its third field is no SHA-256, of 64 hexadecimal digits"
    case .noDigest(let reason): reason
    case .otherHash: "the same picture has another SHA-256 on an earlier line"
    }
  }
}
