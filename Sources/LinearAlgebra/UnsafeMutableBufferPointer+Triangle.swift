extension UnsafeMutableBufferPointer {
  /// Copies the upper triangle of a matrix, its rows one after the other, into the lower one, as far as it is square.
  func mirrorUpperTriangle(rows: Int, columns: Int) {
    let side = Swift.min(rows, columns)
    // In tiles, so that what is read down a column is still near when the next one comes.
    let tile = 32
    for top in stride(from: 0, to: side, by: tile) {
      for left in stride(from: top, to: side, by: tile) {
        for column in left..<Swift.min(left + tile, side) {
          for row in top..<Swift.max(top, Swift.min(top + tile, column)) {
            self[column * columns + row] = self[row * columns + column]
          }
        }
      }
    }
  }
}
