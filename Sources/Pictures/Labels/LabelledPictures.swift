#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Picture files sorted into classes: what a classifier learns from.
///
/// Classes are in the order of their names, and each class's pictures in the order of their paths, by Unicode code point
/// after canonical composition (the order of Swift's `String`): the same on every machine and file system.
public struct LabelledPictures: Sendable, Hashable {
  /// A class and its pictures.
  public struct Class: Sendable, Hashable {
    /// The class's name: one line, not empty.
    public let name: String
    /// Its picture files, at least one, none twice.
    public let pictures: [URL]
  }

  /// The classes that have pictures, in the order of their names.
  public let classes: [Class]
  /// The names of folders in which there is no picture, in order.
  public let emptyClasses: [String]

  /// How many pictures there are in all classes together.
  public var count: Int { classes.reduce(0) { $0 + $1.pictures.count } }

  /// Looks through a folder that holds one folder a class.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(folder: URL) throws(LabelledPicturesError) { throw .notAFolder(path: folder.path) }

  /// Reads a list of `path,label` lines.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(list: URL) throws(LabelledPicturesError) { throw .notAFolder(path: list.path) }

  /// Looks through a folder of class folders, or reads a list where `url` is a file.
  ///
  /// - Throws: ``LabelledPicturesError``.
  public init(_ url: URL) throws(LabelledPicturesError) { throw .notAFolder(path: url.path) }
}
