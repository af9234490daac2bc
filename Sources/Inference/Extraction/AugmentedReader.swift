import Heads
import Pictures

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reads a picture in each size that its views need, and cuts the views out.
package struct AugmentedReader: Sendable {
  /// A picture as it is, larger by a third, and squashed.
  package struct Picture {
    let plain: PixelTensor
    let large: PixelTensor
    let squashed: PixelTensor
  }

  /// A view: which part of the picture, and whether it is mirrored.
  private enum Part {
    case whole, squashed
    /// 3/4 of the width and height; the fractions say where of the room that is left: 0 left or above, 1 right or below.
    case part(x: Int, y: Int)
  }

  private let readers: (plain: PictureReader, large: PictureReader, squashed: PictureReader)
  private let parts: [(part: Part, isMirrored: Bool)]

  /// - Throws: ``PictureError``.
  package init(width: Int, height: Int, resize: Resize, views: Augmentation) throws(PictureError) {
    readers = (
      try PictureReader(width: width, height: height, resize: resize),
      try PictureReader(width: (4 * width + 2) / 3, height: (4 * height + 2) / 3, resize: resize),
      try PictureReader(width: width, height: height, resize: .squash)
    )
    let centre = Part.part(x: 1, y: 1)
    let corners = [(0, 0), (2, 0), (0, 2), (2, 2)].map { Part.part(x: $0, y: $1) }
    parts =
      switch views {
      case .one: [(.whole, false)]
      case .five: [(.whole, false), (centre, true), (corners[0], false), (corners[3], true), (.squashed, false)]
      case .thirteen:
        [(Part.whole, false), (.whole, true)] + ([centre] + corners).flatMap { [($0, false), ($0, true)] }
          + [(.squashed, false)]
      }
  }

  /// Reads a picture file.
  ///
  /// - Throws: ``PictureError``.
  package func open(_ file: URL, timing: PictureTiming? = nil) throws(PictureError) -> Picture {
    let tensors = try PictureReader.read(
      file, by: [readers.plain, readers.large, readers.squashed], timing: timing)
    return Picture(plain: tensors[0], large: tensors[1], squashed: tensors[2])
  }

  /// Writes the RGB bytes of a view.
  package func write(_ view: Int, of picture: Picture, into bytes: UnsafeMutableRawBufferPointer) {
    let (part, isMirrored) = parts[view]
    switch part {
    case .whole: Self.copy(picture.plain, left: 0, top: 0, isMirrored: isMirrored, into: bytes, like: picture.plain)
    case .squashed:
      Self.copy(picture.squashed, left: 0, top: 0, isMirrored: isMirrored, into: bytes, like: picture.plain)
    case .part(let x, let y):
      Self.copy(
        picture.large, left: x * (picture.large.width - picture.plain.width) / 2,
        top: y * (picture.large.height - picture.plain.height) / 2, isMirrored: isMirrored, into: bytes,
        like: picture.plain)
    }
  }

  /// Copies a window of a picture, as large as `size` is, mirrored or not.
  private static func copy(
    _ source: PixelTensor, left: Int, top: Int, isMirrored: Bool, into bytes: UnsafeMutableRawBufferPointer,
    like size: PixelTensor
  ) {
    source.withUnsafeBytes { pixels in
      for row in 0..<size.height {
        let from = 3 * ((top + row) * source.width + left)
        let to = 3 * row * size.width
        if isMirrored {
          for column in 0..<size.width {
            let mirrored = from + 3 * (size.width - 1 - column)
            for channel in 0..<3 { bytes[to + 3 * column + channel] = pixels[mirrored + channel] }
          }
        } else {
          UnsafeMutableRawBufferPointer(rebasing: bytes[to..<to + 3 * size.width]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: pixels[from..<from + 3 * size.width]))
        }
      }
    }
  }
}
