package import Heads
package import Pictures
import TFLite

/// Reads pictures and makes the views of an augmentation.
package struct ViewReader: Sendable {
  /// An opened picture.
  enum Picture {
    /// A picture with one view, which ``write(_:of:_:of:profile:into:)`` reads.
    case unread
    /// The plain picture, the picture enlarged by a third, and the picture squashed.
    case read(plain: PixelTensor, large: PixelTensor, squashed: PixelTensor)
  }

  /// The part of a picture that a view shows.
  private enum Part {
    case whole, squashed
    /// A part of 3/4 of the width and height. x and y are its position: 0 left or top, 1 centre, 2 right or bottom.
    case part(x: Int, y: Int)
  }

  let augmentation: Augmentation
  private let plain: PictureReader
  // The other sizes, for several views.
  private let more: (large: PictureReader, squashed: PictureReader)?
  private let views: [(part: Part, isMirrored: Bool)]

  /// - Throws: `PictureError` for an invalid size or resize.
  package init(
    width: Int, height: Int, resize: Resize, augmentation: Augmentation = .off
  ) throws(PictureError) {
    self.augmentation = augmentation
    plain = try PictureReader(width: width, height: height, resize: resize)
    more =
      augmentation == .off
      ? nil
      : (
        try PictureReader(width: (4 * width + 2) / 3, height: (4 * height + 2) / 3, resize: resize),
        try PictureReader(width: width, height: height, resize: .squash)
      )
    let centre = Part.part(x: 1, y: 1)
    let corners = [(0, 0), (2, 0), (0, 2), (2, 2)].map { Part.part(x: $0, y: $1) }
    views =
      switch augmentation {
      case .off: [(.whole, false)]
      case .five: [(.whole, false), (centre, true), (corners[0], false), (corners[3], true), (.squashed, false)]
      case .thirteen:
        [(Part.whole, false), (.whole, true)] + ([centre] + corners).flatMap { [($0, false), ($0, true)] }
          + [(.squashed, false)]
      }
  }

  /// Reads the pictures from which several views are cut. With one view, ``write(_:of:_:of:profile:into:)`` reads the picture.
  ///
  /// - Parameter found: Called with what identifies a picture file, if it is read here; nil where nobody asks.
  /// - Throws: `PictureError`.
  func open(
    _ index: Int, of pictures: PictureSource, timing: PictureTiming?, found: ((PictureIdentity) -> Void)? = nil
  ) throws(PictureError) -> Picture {
    guard let more else { return .unread }
    let readers = [plain, more.large, more.squashed]
    let tensors: [PixelTensor]
    switch pictures {
    case .files(let files):
      if let found {
        tensors = try PictureReader.read(files[index], by: readers, timing: timing, found: found)
      } else {
        tensors = try PictureReader.read(files[index], by: readers, timing: timing)
      }
    case .pixels(let buffers): tensors = try PictureReader.read(buffers[index], by: readers, timing: timing)
    case .items(let items):
      let item = items[index]
      let found = item.isIdentified ? found : nil
      switch item.content {
      case .file(let file):
        if let found {
          tensors = try PictureReader.read(file, by: readers, timing: timing, found: found)
        } else {
          tensors = try PictureReader.read(file, by: readers, timing: timing)
        }
      case .pixels(let buffer): tensors = try PictureReader.read(buffer, by: readers, timing: timing)
      case .encoded(let bytes):
        tensors = try bytes.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) throws(PictureError) in
          if let found {
            return try PictureReader.read(bytes, named: item.name, by: readers, timing: timing, found: found)
          }
          return try PictureReader.read(bytes, named: item.name, by: readers, timing: timing)
        }
      }
    // These cannot be read at other sizes; with several views ModelRunner rejects them before the work begins.
    case .tensors: return .unread
    }
    return .read(plain: tensors[0], large: tensors[1], squashed: tensors[2])
  }

  /// Writes the RGB bytes of a view.
  ///
  /// - Parameter found: Called with what identifies a picture file, if it is read here; nil where nobody asks.
  /// - Throws: `PictureError`.
  func write(
    _ view: Int, of picture: Picture, _ index: Int, of pictures: PictureSource, profile: Profile?,
    found: ((PictureIdentity) -> Void)? = nil, into bytes: UnsafeMutableRawBufferPointer
  ) throws(PictureError) {
    switch picture {
    case .read(let plain, let large, let squashed):
      profile.measure(.resizing) { write(view, plain: plain, large: large, squashed: squashed, into: bytes) }
    case .unread:
      switch pictures {
      case .files(let files):
        if let found {
          try plain.read(files[index], into: bytes, timing: profile?.pictureTiming, view: .whole, found: found)
        } else {
          try plain.read(files[index], into: bytes, timing: profile?.pictureTiming)
        }
      case .pixels(let buffers): try plain.read(buffers[index], into: bytes, timing: profile?.pictureTiming)
      case .tensors(let tensors): tensors[index].withUnsafeBytes { bytes.copyMemory(from: $0) }
      case .items(let items):
        let item = items[index]
        try write(
          item, timing: profile?.pictureTiming, found: item.isIdentified && item.view == .whole ? found : nil,
          into: bytes)
      }
    }
  }

  private func write(
    _ item: PictureItem, timing: PictureTiming?, found: ((PictureIdentity) -> Void)?,
    into bytes: UnsafeMutableRawBufferPointer
  ) throws(PictureError) {
    let view = item.view
    switch item.content {
    case .file(let file):
      if let found {
        try plain.read(file, into: bytes, timing: timing, view: view, found: found)
      } else {
        try plain.read(file, into: bytes, timing: timing, view: view)
      }
    case .pixels(let buffer): try plain.read(buffer, into: bytes, timing: timing, view: view)
    case .encoded(let file):
      try file.withUnsafeBytes { (file: UnsafeRawBufferPointer) throws(PictureError) in
        if let found {
          try plain.read(file, named: item.name, into: bytes, timing: timing, found: found)
        } else {
          try plain.read(file, named: item.name, into: bytes, timing: timing, view: view)
        }
      }
    }
  }

  private func write(
    _ view: Int, plain: PixelTensor, large: PixelTensor, squashed: PixelTensor,
    into bytes: UnsafeMutableRawBufferPointer
  ) {
    let (part, isMirrored) = views[view]
    switch part {
    case .whole: Self.copy(plain, left: 0, top: 0, isMirrored: isMirrored, into: bytes, like: plain)
    case .squashed: Self.copy(squashed, left: 0, top: 0, isMirrored: isMirrored, into: bytes, like: plain)
    case .part(let x, let y):
      Self.copy(
        large, left: x * (large.width - plain.width) / 2, top: y * (large.height - plain.height) / 2,
        isMirrored: isMirrored, into: bytes, like: plain)
    }
  }

  /// Copies a window of a picture, mirrored or not. The window has the same size as the picture `size`.
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
