import Foundation

/// The files that are measured with.
struct Material {
  let model: URL
  let seen: URL
  let pictures: URL

  /// - Throws: ``Missing`` of a variable that does not say where they are.
  init(environment: [String: String]) throws(Missing) {
    func file(_ variable: String) throws(Missing) -> URL {
      guard let path = environment[variable] else { throw Missing(variable: variable) }
      return URL(filePath: path)
    }
    model = try file("IMPRINT_MICRO_MODEL")
    seen = try file("IMPRINT_MICRO_SEEN")
    pictures = try file("IMPRINT_MICRO_PICTURES")
  }

  /// A variable that is not set.
  struct Missing: Error, CustomStringConvertible {
    let variable: String
    var description: String { "$\(variable) is not set: run make bench-micro, which sets it" }
  }
}
