import Inference
public import Pictures
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// A frame of a camera or a stream, or a picture that appeared in a folder.
public struct Frame: Sendable {
  /// What a frame consists of.
  public enum Content: Sendable {
    /// The bytes of a picture file, such as a JPEG.
    case encoded(Bytes)
    /// Raw pixels.
    case pixels(PixelBuffer)
    /// A picture file.
    case file(URL)
  }

  /// The index of the source.
  public let source: Int
  /// The number of the frame in its source, from 1; frames that are passed over count.
  public let number: Int
  /// The picture.
  public let content: Content
  /// When the frame was complete.
  public let arrival: ContinuousClock.Instant
  /// The time of the frame in its source: of a file its place in the film, otherwise the time since the source was
  /// first opened.
  public let time: Duration
  /// How often the source was opened again before this frame.
  public let reopenings: Int

  /// Makes a frame.
  public init(
    source: Int, number: Int, content: Content, arrival: ContinuousClock.Instant = .now, time: Duration,
    reopenings: Int = 0
  ) {
    self.source = source
    self.number = number
    self.content = content
    self.arrival = arrival
    self.time = time
    self.reopenings = reopenings
  }

  /// Returns the picture as a network sees it.
  func item(view: PictureView) -> PictureItem {
    var name = "frame \(number)"
    if case .file(let file) = content { name = file.relativePath }
    return PictureItem(name: name, itemContent, view: view)
  }

  /// The picture as the extractor and the classifier take it.
  var itemContent: PictureItem.Content {
    switch content {
    case .encoded(let bytes): .encoded(bytes)
    case .pixels(let pixels): .pixels(pixels)
    case .file(let file): .file(file)
    }
  }
}

extension Frame {
  /// Returns the size in pixels of what a view shows of the frame.
  ///
  /// - Throws: `PictureError`.
  public func size(view: PictureView = .whole) throws(PictureError) -> (width: Int, height: Int) {
    var size = (width: 0, height: 0)
    let turned = PictureView(quarterTurns: view.quarterTurns, isMirrored: view.isMirrored)
    _ = try read(by: PictureReader(width: 1, height: 1, resize: .squash), view: turned) { width, height in
      size = (width, height)
      return nil
    }
    return try view.window?.size(width: size.width, height: size.height) ?? size
  }

  /// Reads the frame into a tensor.
  ///
  /// - Parameters:
  ///   - reader: The reader.
  ///   - view: The part of the frame to read.
  ///   - region: Chooses a part of the turned frame in place of the view's window.
  /// - Throws: `PictureError`.
  public func read(
    by reader: PictureReader, view: PictureView = .whole, region: PictureRegion.Choice? = nil
  ) throws(PictureError) -> PixelTensor {
    var pixels = [UInt8](repeating: 0, count: reader.byteCount)
    try pixels.withUnsafeMutableBufferPointer {
      (elements: inout UnsafeMutableBufferPointer<UInt8>) throws(PictureError) in
      let target = UnsafeMutableRawBufferPointer(elements)
      switch content {
      case .file(let file): try reader.read(file, into: target, region: region, view: view)
      case .pixels(let buffer): try reader.read(buffer, into: target, region: region, view: view)
      case .encoded(let bytes):
        try bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(PictureError) in
          try reader.read(bytes, named: "frame \(number)", into: target, region: region, view: view)
        }
      }
    }
    guard let tensor = PixelTensor(width: reader.width, height: reader.height, pixels: pixels) else {
      throw .impossibleSize(width: reader.width, height: reader.height, limit: 0)
    }
    return tensor
  }
}
