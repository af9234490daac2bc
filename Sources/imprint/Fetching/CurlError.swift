/// Why curl, with which pictures are fetched, cannot be run.
enum CurlError: Error, Hashable {
  case missing(String)
  case unusable(String, reason: String)
}

extension CurlError: CustomStringConvertible {
  /// A sentence that names what is wrong and the way out.
  var description: String {
    switch self {
    case .missing(let curl):
      """
      pictures are fetched with curl, and there is no \(curl): install it (sudo apt-get install -y curl), or name another \
      with IMPRINT_CURL
      """
    case .unusable(let curl, let reason):
      "pictures are fetched with curl, and \(curl) cannot be run (\(reason)): name another with IMPRINT_CURL"
    }
  }
}
