public import Foundation
public import GRDB

/// A class of a project.
public struct ProjectClass: Sendable, Hashable, Codable, FetchableRecord, PersistableRecord {
  public static let databaseTableName = "class"

  /// Its number, which stays the same while the project is open.
  public let id: Int64
  /// Its name.
  public var name: String
  /// The name of its folder, as the file system has it.
  public var folder: String
}

/// A picture of a project.
public struct ProjectPicture: Sendable, Hashable, Codable, FetchableRecord {
  /// Where a picture came from.
  public enum Origin: String, Sendable, Codable {
    case camera, upload, folder, zip, outside
  }

  /// What is known of a picture.
  public enum State: String, Sendable, Codable {
    /// Its embedding is not there yet.
    case pending
    /// It is part of what the classifier learns from.
    case ready
    /// It cannot be read as a picture.
    case unreadable
  }

  /// Its number.
  public let id: Int64
  /// Its class; nil for a picture in the bin.
  public let classID: Int64?
  /// The path of its file in the folder of its class, or its name in the bin.
  public let file: String
  /// The SHA-256 of its bytes, once they were read.
  public let digest: Data?
  /// The size of its file.
  public let size: Int64
  /// When it was added, in seconds since 1970.
  public let added: Double
  /// Where it came from.
  public let origin: Origin
  /// What is known of it.
  public let state: State
  /// Why it cannot be read.
  public let message: String?
  /// How many pictures of the project are nearly the same.
  public let alike: Int

  enum CodingKeys: String, CodingKey {
    case id, file, digest, size, added, origin, state, message, alike
    case classID = "class"
  }

  /// The columns of a picture, selected from the table `picture` under its own name.
  static let columns = """
    id, class, file, digest, size, added, origin, state, message,
      (SELECT COUNT(*) FROM pair JOIN picture AS other ON other.id = pair.other
        WHERE pair.one = picture.id AND other.class IS NOT NULL) AS alike
    """

  /// The name of its file, without folders.
  public var name: String { file.split(separator: "/").last.map(String.init) ?? file }
}

/// A step that can be undone and redone.
public struct ProjectStep: Sendable, Hashable, Codable, FetchableRecord {
  /// Its number.
  public let id: Int64
  /// What it did, such as `Move 3 pictures to mug`.
  public let title: String
  /// When, in seconds since 1970.
  public let at: Double
  /// Whether it was undone.
  public let isUndone: Bool
}

/// A classifier that was exported.
public struct ProjectVersion: Sendable, Hashable, Codable, FetchableRecord {
  /// Its number, from 1.
  public let number: Int64
  /// When it was made, in seconds since 1970.
  public let at: Double
  /// What its maker noted.
  public let note: String
  /// The leave-one-out accuracy, where it was known.
  public let accuracy: Double?
  /// The lower end of its 95 % interval.
  public let lower: Double?
  /// The upper end.
  public let upper: Double?
  /// The number of pictures.
  public let pictures: Int
  /// The number of classes.
  public let classes: Int
  /// The size of the model in bytes.
  public let bytes: Int
}

/// A change of one thing, which can be reversed.
enum Change: Sendable, Hashable, Codable {
  /// A picture goes from one place to another; nil is the bin.
  case place(picture: Int64, from: Place?, to: Place?)
  case makeClass(ProjectClass)
  case removeClass(ProjectClass)
  case renameClass(from: ProjectClass, to: ProjectClass)
  /// A person said that the label of a picture is right, for the class of that moment; nil takes it back.
  case confirm(picture: Int64, from: Int64?, to: Int64?)

  /// The place of a picture.
  struct Place: Sendable, Hashable, Codable {
    let classID: Int64
    let file: String
  }

  /// The change that takes this one back.
  var reversed: Change {
    switch self {
    case .place(let picture, let from, let to): .place(picture: picture, from: to, to: from)
    case .makeClass(let made): .removeClass(made)
    case .removeClass(let gone): .makeClass(gone)
    case .renameClass(let from, let to): .renameClass(from: to, to: from)
    case .confirm(let picture, let from, let to): .confirm(picture: picture, from: to, to: from)
    }
  }
}
