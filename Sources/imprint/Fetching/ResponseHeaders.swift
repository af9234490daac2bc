#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The headers of a server's last answer, as curl writes them down: of one that sent somebody on there are several.
struct ResponseHeaders {
  private let fields: [String: String]

  /// Reads the headers; of a file that is not there or no text there are none.
  init(contentsOf file: URL) {
    let text = String(decoding: (try? Data(contentsOf: file))?.prefix(Self.longest) ?? Data(), as: UTF8.self)
    var fields: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix("HTTP/") {
        fields = [:]
      } else if let colon = line.firstIndex(of: ":") {
        let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
        fields[line[..<colon].lowercased()] = String(value)
      }
    }
    self.fields = fields
  }

  /// What tells whether a file is still the one whose beginning came: its tag, unless that is a weak one, else its date.
  var seal: String? {
    if let tag = fields["etag"] { return tag.hasPrefix("\"") ? tag : nil }
    return fields["last-modified"]
  }

  /// The seconds after which the server asks to come again, at most a minute.
  var retryAfter: Int? { fields["retry-after"].flatMap { Int($0) }.map { min(max($0, 0), 60) } }

  private static let longest = 1 << 20
}
