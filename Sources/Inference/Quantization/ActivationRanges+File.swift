import Heads
import ModelSurgery
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension ActivationRanges {
  /// Reads ranges from a file of JSON.
  ///
  /// - Throws: ``QuantizationError/badRangesFile(path:because:)``.
  public init(contentsOf file: URL) throws(QuantizationError) {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw .badRangesFile(path: file.relativePath, because: "the file cannot be read")
    }
    do {
      self = try JSONDecoder().decode(ActivationRanges.self, from: data)
    } catch {
      throw .badRangesFile(
        path: file.relativePath, because: "it is no JSON of ranges, as 'imprint model quantize --save-ranges' writes it"
      )
    }
  }

  /// Writes the ranges as JSON, keys in order: the same ranges always give the same file.
  ///
  /// - Throws: ``TFLiteError`` when the file cannot be written, which then is as it was.
  public func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile(file).write([Bytes(Array(encoder.encode(self)))])
  }
}
