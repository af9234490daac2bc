/// Makes a picture's rows one after the other.
protocol RowProducer {
  var size: Size { get }

  /// Writes rows as packed RGB bytes. Ranges come in ascending order, do not overlap, and may leave rows out.
  mutating func produce(_ rows: Range<Int>, into ring: RowRing) throws(PictureError)
}
