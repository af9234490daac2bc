#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads picture files into tensors of one size.
///
/// A reader may be used from many threads at once and keeps its decoders and working memory from call to call, so make
/// one and keep it. Formats are told by their bytes, never by the file's name.
public struct PictureReader: Sendable {
  /// The width of every tensor, in pixels.
  public let width: Int
  /// The height of every tensor, in pixels.
  public let height: Int
  /// How pictures are brought to that size.
  public let resize: Resize

  /// A reader for one size.
  ///
  /// - Throws: ``PictureError/impossibleSize(width:height:limit:)`` for sides that are not in 1...16384,
  ///   ``PictureError/impossibleCrop(fraction:)``.
  public init(width: Int, height: Int, resize: Resize = .crop) throws(PictureError) {
    self.width = width
    self.height = height
    self.resize = resize
  }

  /// The bytes of a tensor: `width * height * 3`.
  public var byteCount: Int { width * height * 3 }

  /// Reads a picture file.
  ///
  /// - Throws: ``PictureError``, naming the file.
  public func read(_ url: URL) throws(PictureError) -> PixelTensor {
    throw .empty(picture: url.path)
  }

  /// Reads a picture file straight into a tensor's memory.
  ///
  /// - Parameter destination: Exactly ``byteCount`` bytes. What they hold after an error is undefined.
  /// - Throws: ``PictureError``, naming the file.
  public func read(_ url: URL, into destination: UnsafeMutableRawBufferPointer) throws(PictureError) {
    throw .empty(picture: url.path)
  }

  /// Reads a picture from the bytes of its file.
  ///
  /// - Parameter name: What errors call the picture.
  /// - Throws: ``PictureError``.
  public func read(_ bytes: UnsafeRawBufferPointer, named name: String = "the picture") throws(PictureError)
    -> PixelTensor
  {
    throw .empty(picture: name)
  }

  /// Reads a picture from the bytes of its file straight into a tensor's memory.
  ///
  /// - Throws: ``PictureError``.
  public func read(
    _ bytes: UnsafeRawBufferPointer, named name: String = "the picture",
    into destination: UnsafeMutableRawBufferPointer
  ) throws(PictureError) {
    throw .empty(picture: name)
  }
}
