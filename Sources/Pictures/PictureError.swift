/// Why a picture cannot be read.
///
/// `picture` is the file's path as it was given, or the name that the caller gave to bytes.
public enum PictureError: Error, Sendable, Hashable {
  /// The file cannot be opened or read; `reason` is the system's word for it.
  case unreadable(picture: String, reason: String)
  /// The path leads to a folder, a device or a pipe.
  case notAFile(picture: String)
  /// There are no bytes.
  case empty(picture: String)
  /// The bytes are of no picture format that is read here.
  case unknownFormat(picture: String)
  /// The bytes break off or contradict themselves; `reason` is the decoder's word for it.
  case corrupt(picture: String, reason: String)
  /// A whole and sound picture of a kind that is not read here.
  case unsupported(picture: String, reason: String)
  /// The picture claims more pixels than are decoded; nothing was allocated for them.
  case tooLarge(picture: String, width: Int, height: Int, limit: Int)
  /// The file is larger than is read; nothing was allocated for it.
  case tooManyBytes(picture: String, bytes: Int, limit: Int)
  /// The library that reads this format is not installed; `package` is Debian's package of it.
  case missingLibrary(picture: String, library: String, package: String, reason: String)
  /// No tensor of this size is made: each side must be from 1 to `limit`.
  case impossibleSize(width: Int, height: Int, limit: Int)
  /// `Resize.crop` with a fraction that is not greater than 0 and at most 1.
  case impossibleCrop(fraction: Double)
  /// A ``PictureRegion`` that is empty, or not within the picture.
  case impossibleRegion(PictureRegion)
  /// The memory handed in for the pixels is not of the tensor's size.
  case wrongDestination(bytes: Int, needed: Int)
}

extension PictureError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let picture, let reason):
      "\(picture) cannot be read: \(reason)"
    case .notAFile(let picture):
      "\(picture) is not a file: a picture file is needed here"
    case .empty(let picture):
      "\(picture) is empty"
    case .unknownFormat(let picture):
      "\(picture) is not a picture: \(PictureFormat.names) are read, whatever the file is called"
    case .corrupt(let picture, let reason):
      "\(picture) is damaged: \(reason)"
    case .unsupported(let picture, let reason):
      "\(picture) cannot be read: \(reason)"
    case .tooLarge(let picture, let width, let height, let limit):
      "\(picture) is \(width)x\(height): at most \(limit) pixels, \(Limits.side) along a side, are decoded; make it smaller"
    case .tooManyBytes(let picture, let bytes, let limit):
      "\(picture) has \(bytes) bytes: at most \(limit) are read; make it smaller"
    case .missingLibrary(let picture, let library, let package, let reason):
      "\(picture) needs \(library), which is not there; on Debian and Ubuntu: apt-get install \(package) (\(reason))"
    case .impossibleSize(let width, let height, let limit):
      "a picture of \(width)x\(height) cannot be made: each side must be from 1 to \(limit)"
    case .impossibleCrop(let fraction):
      "a crop of \(fraction) cannot be made: the fraction must be greater than 0 and at most 1"
    case .impossibleRegion(let region):
      "no part of \(region) can be read of a picture: it must have an area and lie within 0...1"
    case .wrongDestination(let bytes, let needed):
      "\(bytes) bytes of memory were given for a picture that needs \(needed)"
    }
  }
}
