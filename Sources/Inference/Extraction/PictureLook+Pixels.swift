import Heads

extension PictureLook {
  /// Looks at the pixels that a network sees.
  ///
  /// - Parameters:
  ///   - pixels: The RGB bytes, row by row.
  ///   - sides: The width and height of the network's input.
  ///   - size: The width and height of the picture in its file.
  /// - Complexity: O(pixels); 0.2 ms for 224 x 224.
  init?(_ pixels: UnsafeRawBufferPointer, sides: (width: Int, height: Int), of size: (width: Int, height: Int)) {
    let (width, height) = sides
    guard width > 0, height > 0, pixels.count == 3 * width * height,
      let bytes = pixels.baseAddress?.assumingMemoryBound(to: UInt8.self)
    else { return nil }
    let look = withUnsafeTemporaryAllocation(of: Int32.self, capacity: width * height) { luma -> Figures? in
      guard let values = luma.baseAddress else { return nil }
      for index in 0..<width * height {
        let pixel = bytes + 3 &* index
        // BT.601 in 1/256.
        values[index] = 77 &* Int32(pixel[0]) &+ 150 &* Int32(pixel[1]) &+ 29 &* Int32(pixel[2])
      }
      return Figures(values, width: width, height: height)
    }
    guard let look, let sketch = PictureSketch(luma: look.cells) else { return nil }
    self.init(
      width: size.width, height: size.height, brightness: UInt8(clamping: Int(look.mean.rounded())),
      contrast: UInt8(clamping: Int(look.deviation.rounded())), sharpness: look.sharpness, sketch: sketch)
  }

  private struct Figures {
    var mean = 0.0
    var deviation = 0.0
    var sharpness: Float?
    var cells: [Float]

    // The sums wrap nowhere: a luma has 16 bits, and a run has at most 4096 pixels. Pointers and wrapping arithmetic let the
    // compiler use vectors, which is six times as fast.

    /// - Parameter luma: The luma in 1/256.
    init(_ luma: UnsafePointer<Int32>, width: Int, height: Int) {
      let side = PictureSketch.cells
      cells = Array(repeating: 0, count: side * side)
      var (sum, square): (Int64, UInt64) = (0, 0)
      var (first, second): (Int64, Int64) = (0, 0)
      for row in 0..<height {
        for start in stride(from: 0, to: width, by: Self.run) {
          let line = luma + row * width + start
          let count = min(Self.run, width - start)
          sum += Self.sum(line, count)
          for index in 0..<count { square &+= UInt64(UInt32(truncatingIfNeeded: line[index] &* line[index])) }
        }
        guard width > 2, row > 0, row < height - 1 else { continue }
        for start in stride(from: 1, to: width - 1, by: Self.run) {
          let steps = Self.steps(luma + row * width + start, width: width, count: min(Self.run, width - 1 - start))
          first += steps.first
          second += steps.second
        }
      }
      let count = Double(width * height)
      mean = Double(sum) / count / 256
      deviation = max(0, Double(square) / count / 65_536 - mean * mean).squareRoot()
      // A mean step of less than half a grey is noise of the compression.
      if Double(first) > count * 256 { sharpness = Float(Double(second) / Double(first)) }
      for row in 0..<side {
        let rows = row * height / side..<max(row * height / side + 1, (row + 1) * height / side)
        for column in 0..<side {
          let columns = column * width / side..<max(column * width / side + 1, (column + 1) * width / side)
          var total: Int64 = 0
          for line in rows { for place in columns { total &+= Int64(luma[line * width + place]) } }
          cells[row * side + column] = Float(Double(total) / Double(256 * rows.count * columns.count))
        }
      }
    }

    private static let run = 4096

    private static func sum(_ luma: UnsafePointer<Int32>, _ count: Int) -> Int64 {
      var sum: Int32 = 0
      for index in 0..<count { sum &+= luma[index] }
      return Int64(sum)
    }

    /// Returns the sums of the first and second differences to the neighbours in the row and in the column.
    private static func steps(_ here: UnsafePointer<Int32>, width: Int, count: Int) -> (first: Int64, second: Int64) {
      func size(_ value: Int32) -> Int32 { value < 0 ? 0 &- value : value }
      let (left, right, above, below) = (here - 1, here + 1, here - width, here + width)
      var (first, second): (Int32, Int32) = (0, 0)
      for index in 0..<count {
        let value = here[index]
        first &+= size(right[index] &- value) &+ size(below[index] &- value)
        second &+= size(left[index] &- 2 &* value &+ right[index]) &+ size(above[index] &- 2 &* value &+ below[index])
      }
      return (Int64(first), Int64(second))
    }
  }
}
