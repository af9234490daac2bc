import Foundation

/// The files of the benchmark.
struct Material {
  let model: URL
  let embeddings: URL
  let pictures: URL

  /// - Throws: ``Missing`` if the environment variable with a path is not set.
  init(environment: [String: String]) throws(Missing) {
    func file(_ variable: String) throws(Missing) -> URL {
      guard let path = environment[variable] else { throw Missing(variable: variable) }
      return URL(filePath: path)
    }
    model = try file("IMPRINT_MICRO_MODEL")
    embeddings = try file("IMPRINT_MICRO_EMBEDDINGS")
    pictures = try file("IMPRINT_MICRO_PICTURES")
  }

  /// An environment variable is not set.
  struct Missing: Error, CustomStringConvertible {
    let variable: String
    var description: String { "$\(variable) is not set: run make bench-micro" }
  }
}
