/// A size at which a JPEG can be decoded: so many eighths of its own, which the decoder reaches by leaving out high
/// frequencies.
///
/// Only 1, 2, 4 and 8 eighths are used: the decoder is written for those, and with any other number it takes longer
/// than for the whole picture.
struct JPEGScale: Hashable {
  private let eighths: Int

  /// The picture's own size.
  static let full = JPEGScale(eighths: 8)

  private init(eighths: Int) { self.eighths = eighths }

  /// The smallest at which `frame` still covers `target`; the picture's own size where none does.
  init(_ frame: Frame, covering target: Size) {
    let smallest = [1, 2, 4].first {
      let factor = Double($0) / 8
      return frame.width * factor >= Double(target.width) && frame.height * factor >= Double(target.height)
    }
    eighths = smallest ?? 8
  }

  /// What a length in the decoded picture is of one in the picture.
  var factor: Double { Double(eighths) / 8 }

  /// The size that a picture of `size` is decoded to.
  func applied(to size: Size) -> Size {
    Size(width: (size.width * eighths + 7) / 8, height: (size.height * eighths + 7) / 8)
  }
}
