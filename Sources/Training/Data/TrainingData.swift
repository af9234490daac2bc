import Pictures
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Labelled pictures that a network is trained on.
///
/// Pictures are not read before they are asked for: an example takes about 50 bytes of memory. TFRecord files are mapped
/// and must not be shortened while the value lives.
public struct TrainingData: Sendable {
  /// The classes' names, in the order of the network's outputs.
  public let labels: [String]
  /// The examples. Those of class folders stand class by class, those of records as the files have them.
  public let examples: [TrainingExample]

  private let files: [RecordFile]

  init(labels: [String], examples: [TrainingExample], files: [RecordFile] = []) {
    self.labels = labels
    self.examples = examples
    self.files = files
  }

  /// The same pictures and classes, but of the examples only those given.
  func with(_ examples: [TrainingExample], labels: [String]? = nil) -> TrainingData {
    TrainingData(labels: labels ?? self.labels, examples: examples, files: files)
  }

  /// How many examples there are.
  public var count: Int { examples.count }

  /// The places of each class's examples, class by class, ascending.
  public var places: [[Int]] {
    var places = [[Int]](repeating: [], count: labels.count)
    for (place, example) in examples.enumerated() { places[example.label].append(place) }
    return places
  }

  /// What errors call an example's picture: its path, or its record's number and file.
  public func name(of example: TrainingExample) -> String {
    switch example.picture {
    case .file(let url): url.relativePath
    case .record(let slice): "record \(slice.record) of \(files[slice.file].name)"
    }
  }

  /// Reads an example's picture straight into a tensor's memory.
  ///
  /// - Parameters:
  ///   - example: One of ``examples``.
  ///   - reader: Brings the picture to its size.
  ///   - destination: Exactly as many bytes as the reader's tensors have.
  ///   - region: Chooses the part of the picture to read; by default the reader does.
  /// - Throws: ``PictureError``, naming the picture as ``name(of:)`` does.
  public func read(
    _ example: TrainingExample, with reader: PictureReader, into destination: UnsafeMutableRawBufferPointer,
    region: PictureRegion.Choice? = nil
  ) throws(PictureError) {
    switch example.picture {
    case .file(let url):
      try reader.read(url, into: destination, region: region)
    case .record(let slice):
      try files[slice.file].bytes.withUnsafeBytes { (bytes) throws(PictureError) in
        try reader.read(
          UnsafeRawBufferPointer(rebasing: bytes[slice.bytes]), named: name(of: example), into: destination,
          region: region)
      }
    }
  }
}
