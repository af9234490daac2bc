/// A picture's rows of packed RGB bytes, from the uppermost to the lowest.
///
/// Sixteen bytes beyond the end of a row may be read, whatever they hold, so that rows can be read in whole vectors.
protocol RowSource {
  var size: Size { get }

  /// Makes the rows in `window` ready. Windows may overlap and only move down.
  mutating func prepare(_ window: Range<Int>) throws(PictureError)

  /// The first byte of a row in the last window prepared, valid until the next is.
  func row(_ y: Int) -> UnsafeRawPointer
}

/// How many bytes beyond a row may be read.
let rowMargin = 16
