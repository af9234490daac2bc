import Heads

extension PictureLook {
  /// Looks at the pixels that a network sees.
  ///
  /// - Parameters:
  ///   - pixels: The RGB bytes, row by row.
  ///   - sides: The width and height of the network's input.
  ///   - size: The width and height of the picture in its file.
  /// - Complexity: O(pixels); 0.15 ms for 224 x 224.
  init?(_ pixels: UnsafeRawBufferPointer, sides: (width: Int, height: Int), of size: (width: Int, height: Int)) {
    let (width, height) = sides
    guard width > 0, height > 0, pixels.count == 3 * width * height else { return nil }
    let look = withUnsafeTemporaryAllocation(of: Int32.self, capacity: width * height) { luma -> Figures in
      for index in 0..<width * height {
        let (red, green, blue) = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
        // BT.601 in 1/256.
        luma[index] = 77 * Int32(red) + 150 * Int32(green) + 29 * Int32(blue)
      }
      return Figures(UnsafeBufferPointer(luma), width: width, height: height)
    }
    guard let sketch = PictureSketch(luma: look.cells) else { return nil }
    self.init(
      width: size.width, height: size.height, brightness: UInt8(clamping: Int(look.mean.rounded())),
      contrast: UInt8(clamping: Int(look.deviation.rounded())), sharpness: look.sharpness, sketch: sketch)
  }

  private struct Figures {
    var mean = 0.0
    var deviation = 0.0
    var sharpness: Float?
    var cells: [Float]

    /// - Parameter luma: The luma in 1/256.
    init(_ luma: UnsafeBufferPointer<Int32>, width: Int, height: Int) {
      let side = PictureSketch.cells
      cells = Array(repeating: 0, count: side * side)
      var (sum, square): (Int64, Int64) = (0, 0)
      var (first, second): (Int64, Int64) = (0, 0)
      for row in 0..<height {
        let start = row * width
        for index in start..<start + width {
          let value = Int64(luma[index])
          sum += value
          square += value * value
        }
        guard width > 2, row > 0, row < height - 1 else { continue }
        for index in start + 1..<start + width - 1 {
          let (here, right, below) = (luma[index], luma[index + 1], luma[index + width])
          first += Int64(abs(right - here) + abs(below - here))
          second += Int64(abs(luma[index - 1] - 2 * here + right) + abs(luma[index - width] - 2 * here + below))
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
          for line in rows { for place in columns { total += Int64(luma[line * width + place]) } }
          cells[row * side + column] = Float(Double(total) / Double(256 * rows.count * columns.count))
        }
      }
    }
  }
}
