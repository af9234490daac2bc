/// Scales and turns pictures onto canvases, and keeps the memory and the weights for the next one.
final class Painter {
  private let rows = Memory()
  private let shrunkRows = Memory()
  private let line = Memory()
  private let unturned = Memory()
  private var filter: TriangleFilter?

  /// Gives back what is too large to keep.
  func tidy() {
    for memory in [rows, shrunkRows, unturned] { memory.trim(to: Limits.keptBytes) }
  }

  /// Paints a picture that is in memory.
  func paint(_ picture: some RowSource, _ layout: Layout, onto canvas: Canvas) throws(PictureError) {
    var picture = picture
    if layout.framing.isNearest {
      try pick(from: &picture, layout, onto: canvas)
    } else if let block = Self.block(layout) {
      try blend(shrinking: picture, by: block, layout, onto: canvas)
    } else {
      try blend(&picture, through: filter(picture.size, layout), layout, onto: canvas)
    }
  }

  /// Paints a picture whose rows are made one after the other.
  func paint(streaming producer: some RowProducer, _ layout: Layout, onto canvas: Canvas) throws(PictureError) {
    if layout.framing.isNearest {
      var picture = StreamedRows(producer, window: 1, memory: rows)
      try pick(from: &picture, layout, onto: canvas)
    } else if let block = Self.block(layout) {
      let picture = StreamedRows(producer, window: block.height, memory: rows)
      try blend(shrinking: picture, by: block, layout, onto: canvas)
    } else {
      let filter = filter(producer.size, layout)
      var picture = StreamedRows(producer, window: filter.window, memory: rows)
      try blend(&picture, through: filter, layout, onto: canvas)
    }
  }

  // The blocks whose means are taken first where the reduction is more than the filter is made for.
  private static func block(_ layout: Layout) -> Size? {
    let x = layout.frame.width / Double(layout.target.width)
    let y = layout.frame.height / Double(layout.target.height)
    let largest = TriangleFilter.Geometry.largestScale
    guard x > largest || y > largest else { return nil }
    return Size(width: Int((x / largest).rounded(.up)), height: Int((y / largest).rounded(.up)))
  }

  private func blend(
    shrinking picture: some RowSource, by block: Size, _ layout: Layout, onto canvas: Canvas
  ) throws(PictureError) {
    let shrunk = ShrunkRows(picture, columns: block.width, rows: block.height)
    let layout = layout.scaled(x: 1 / Double(block.width), y: 1 / Double(block.height))
    let filter = filter(shrunk.size, layout)
    var rows = StreamedRows(shrunk, window: filter.window, memory: shrunkRows)
    try blend(&rows, through: filter, layout, onto: canvas)
  }

  private func filter(_ source: Size, _ layout: Layout) -> TriangleFilter {
    let geometry = TriangleFilter.Geometry(source: source, frame: layout.frame, target: layout.target)
    if let filter, filter.serves(geometry) { return filter }
    let filter = TriangleFilter(geometry)
    self.filter = filter
    return filter
  }

  private func blend(
    _ picture: inout some RowSource, through filter: TriangleFilter, _ layout: Layout, onto canvas: Canvas
  ) throws(PictureError) {
    try place(layout, onto: canvas) { (target, stride) throws(PictureError) in
      try filter.apply(to: &picture, writing: target, stride: stride, scratch: line)
    }
  }

  private func pick(
    from picture: inout some RowSource, _ layout: Layout, onto canvas: Canvas
  ) throws(PictureError) {
    let filter = NearestFilter(source: picture.size, target: layout.target, orientation: layout.orientation)
    try place(layout, onto: canvas) { (target, stride) throws(PictureError) in
      try filter.apply(to: &picture, writing: target, stride: stride)
    }
  }

  /// Calls `write` with where the scaled picture goes and the bytes from row to row; then turns it if need be.
  private func place(
    _ layout: Layout, onto canvas: Canvas,
    _ write: (_ target: UnsafeMutableRawPointer, _ stride: Int) throws(PictureError) -> Void
  ) throws(PictureError) {
    let framing = layout.framing
    if framing.size != canvas.size { canvas.clear() }
    let corner = canvas.pixels + framing.row * canvas.stride + framing.column * 3
    guard layout.orientation != .upright else { return try write(corner, canvas.stride) }
    let size = layout.target
    let scaled = unturned.bytes(size.width * size.height * 3)
    try write(scaled, size.width * 3)
    layout.orientation.copy(scaled, size: size, to: corner, stride: canvas.stride)
  }
}
