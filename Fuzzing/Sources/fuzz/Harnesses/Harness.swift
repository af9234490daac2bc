import Foundation

/// A reader that is given bytes of any origin.
///
/// Any error that the reader throws is a proper answer, except ``Disagreement``. A trap, a crash, a hang and too much memory
/// are faults.
struct Harness: Sendable {
  /// The name: on the command line, of the corpus, and of the folder of regression inputs.
  let name: String
  /// The largest input that is tried, in bytes.
  let longest: Int
  /// Whether inputs are models, which are also changed field by field.
  let takesModels: Bool
  /// Reads an input.
  let read: @Sendable (_ input: [UInt8]) throws -> Void

  init(
    _ name: String, longest: Int = 1 << 13, takesModels: Bool = false,
    _ read: @escaping @Sendable (_ input: [UInt8]) throws -> Void
  ) {
    self.name = name
    self.longest = longest
    self.takesModels = takesModels
    self.read = read
  }

  /// All harnesses, in the order in which `make fuzz` runs them.
  static let all = [
    model, run, metadata, labels, zip, pickle, safetensors, bundle, records, embeddings, lists, jpeg, bitmap, vips,
  ]

  /// Reads an input, and throws only if two results differ that must agree.
  func check(_ input: [UInt8]) throws(Disagreement) {
    do {
      try read(input)
    } catch let error as Disagreement {
      throw error
    } catch {}
  }
}

/// Two results differ that must agree.
struct Disagreement: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Throws unless a condition holds.
func agree(_ holds: Bool, _ what: @autoclosure () -> String) throws(Disagreement) {
  if !holds { throw Disagreement(what()) }
}

/// A temporary file with the bytes of an input, for readers that take files.
func withFile<Result>(_ bytes: [UInt8], _ body: (URL) throws -> Result) throws -> Result {
  let name = "imprint-harness-\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: .min ... .max))"
  let file = FileManager.default.temporaryDirectory.appending(path: name)
  try Data(bytes).write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  return try body(file)
}

/// Returns the little-endian bytes of a number.
func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
