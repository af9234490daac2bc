/// Why there is nothing to measure.
struct Complaint: Error, CustomStringConvertible {
  let description: String

  init(_ words: String) { description = words }
}
