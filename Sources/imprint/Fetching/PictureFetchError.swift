/// Why one picture was not fetched.
enum PictureFetchError: Error, Hashable {
  /// The server answered with this status.
  case status(Int)
  /// Nothing came for so many seconds.
  case stalled(seconds: Int)
  case tooLarge(megabytes: Int)
  /// The file is another one than the list means.
  case wrongHash(found: String)
  /// What came is in no format that is read.
  case noPicture
  /// In curl's words.
  case failed(String)
}

extension PictureFetchError: CustomStringConvertible {
  /// What is wrong, and what can be done where something can.
  var description: String {
    switch self {
    case .status(let status): "the server answers \(status)\(Self.meanings[status].map { ", \($0)" } ?? "")"
    case .stalled(let seconds): "nothing came for \(seconds) seconds"
    case .tooLarge(let megabytes): "it is larger than \(megabytes) MB: --limit takes more"
    case .wrongHash(let found): "it is not the file that the list means: its SHA-256 is \(found)"
    case .noPicture: "what came is no picture"
    case .failed(let words): words
    }
  }

  private static let meanings = [
    401: "it asks for a password", 403: "it does not give it out", 404: "it has no such file", 410: "it is gone",
    429: "it was asked too often", 500: "it failed", 503: "it is overloaded",
  ]
}
