public import Pictures
public import Platform
import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A data set of labelled pictures.
///
/// Pictures are read when they are needed; an example takes about 50 bytes of memory. TFRecord files are mapped into memory
/// and must not be shortened while the value exists.
public struct TrainingData: Sendable {
  /// The class names in the order of the network's outputs.
  public let labels: [String]
  /// The examples: those of class folders class by class, those of TFRecord files in file order.
  public let examples: [TrainingExample]

  /// What the search for pictures in class folders passed over.
  public let remarks: [SearchRemark]

  private let files: [RecordFile]

  init(
    labels: [String], examples: [TrainingExample], files: [RecordFile] = [], remarks: [SearchRemark] = []
  ) {
    self.remarks = remarks
    self.labels = labels
    self.examples = examples
    self.files = files
  }

  /// Returns the data set with the given examples only.
  func with(_ examples: [TrainingExample], labels: [String]? = nil) -> TrainingData {
    TrainingData(labels: labels ?? self.labels, examples: examples, files: files, remarks: remarks)
  }

  /// The number of examples.
  public var count: Int { examples.count }

  /// The places of each class's examples in ascending order.
  public var places: [[Int]] {
    var places = [[Int]](repeating: [], count: labels.count)
    for (place, example) in examples.enumerated() { places[example.label].append(place) }
    return places
  }

  /// Returns the name of an example's picture for messages: its path, or its record and file.
  public func name(of example: TrainingExample) -> String {
    switch example.picture {
    case .file(let url): url.relativePath
    case .record(let slice): "record \(slice.record) of \(files[slice.file].name)"
    }
  }

  /// Reads an example's picture directly into a tensor's memory.
  ///
  /// - Parameters:
  ///   - example: One of ``examples``.
  ///   - reader: Decodes and resizes the picture.
  ///   - destination: Exactly as many bytes as the reader's tensors have.
  ///   - region: Chooses the part of the picture to read; by default the reader does.
  /// - Throws: `PictureError`, which names the picture as ``name(of:)`` does.
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

/// An example of a data set: a picture and its class.
public struct TrainingExample: Sendable, Hashable {
  /// The source of a picture.
  public enum Picture: Sendable, Hashable {
    /// A picture file.
    case file(URL)
    /// A record of a TFRecord file.
    case record(RecordSlice)
  }

  /// The class, as an index into ``TrainingData/labels``.
  public let label: Int
  /// The picture.
  public let picture: Picture
}

/// A picture within a TFRecord file.
public struct RecordSlice: Sendable, Hashable {
  /// The index of the TFRecord file among those of the data set.
  public let file: Int
  /// The number of the record in the file, from 0.
  public let record: Int
  /// The range of the picture's bytes in the file.
  public let bytes: Range<Int>
}

/// Why a data set cannot be used.
public struct TrainingDataError: DescribedError {
  /// Distinguishes the errors.
  public enum Code: String, Sendable {
    case emptyClasses, untestedClasses, noSuchClass, ambiguousClass, repeatedClass
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// Classes have no pictures.
  public static func emptyClasses(_ names: [String]) -> Self {
    Self(
      code: .emptyClasses, message: "there are no pictures of \(list(names))",
      remedy: "add some, or leave the class out")
  }

  /// Classes have training pictures, but no validation pictures.
  public static func untestedClasses(_ names: [String]) -> Self {
    Self(
      code: .untestedClasses,
      message: "the validation pictures have none of \(list(names)), which the training pictures have",
      remedy: "add some, or hold back a fraction of the training pictures instead")
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
      + (names.count > 5 ? " and \(names.count - 5) other classes" : "")
  }

  /// The data has no class of this name.
  public static func noSuchClass(_ name: String) -> Self {
    Self(code: .noSuchClass, message: "the data has no class \"\(name)\"", remedy: nil)
  }

  /// Several classes have this name.
  public static func ambiguousClass(_ name: String) -> Self {
    Self(
      code: .ambiguousClass, message: "several classes are named \"\(name)\"", remedy: "give each class a unique name")
  }

  /// The class was selected twice.
  public static func repeatedClass(_ name: String) -> Self {
    Self(code: .repeatedClass, message: "the class \"\(name)\" was selected twice", remedy: nil)
  }
}
