/// Scales and turns pictures into tensors. It keeps its memory and weights for the next picture.
final class Resampler {
  private let rows = ReusableBuffer()
  private let shrunkRows = ReusableBuffer()
  private let line = ReusableBuffer()
  private let unturned = ReusableBuffer()
  private var filter: TriangleFilter?
  private var linearFilter: LinearFilter?

  /// Frees buffers that are too large to keep.
  func tidy() {
    for buffer in [rows, shrunkRows, unturned] { buffer.trim(to: DecodingLimits.keptBytes) }
  }

  /// Resamples a picture in memory.
  func resample(
    _ picture: some RowSource, _ geometry: ResamplingGeometry, into target: TargetTensor
  ) throws(PictureError) {
    var picture = picture
    if geometry.crop.isNearest {
      try pick(from: &picture, geometry, into: target)
    } else if geometry.crop.isLinear {
      try blendNearest(of: &picture, geometry, into: target)
    } else if let block = Self.block(geometry) {
      try blend(shrinking: picture, by: block, geometry, into: target)
    } else {
      try blend(&picture, through: filter(picture.size, geometry), geometry, into: target)
    }
  }

  /// Resamples a picture whose rows are produced one after the other.
  func resample(
    streaming producer: some RowProducer, _ geometry: ResamplingGeometry, into target: TargetTensor
  ) throws(PictureError) {
    if geometry.crop.isNearest {
      var picture = StreamedRows(producer, window: 1, buffer: rows)
      try pick(from: &picture, geometry, into: target)
    } else if geometry.crop.isLinear {
      var picture = StreamedRows(producer, window: LinearFilter.window, buffer: rows)
      try blendNearest(of: &picture, geometry, into: target)
    } else if let block = Self.block(geometry) {
      let picture = StreamedRows(producer, window: block.height, buffer: rows)
      try blend(shrinking: picture, by: block, geometry, into: target)
    } else {
      let filter = filter(producer.size, geometry)
      var picture = StreamedRows(producer, window: filter.window, buffer: rows)
      try blend(&picture, through: filter, geometry, into: target)
    }
  }

  /// Returns the size of the blocks to average first, or nil if the filter can do the whole reduction.
  private static func block(_ geometry: ResamplingGeometry) -> PixelSize? {
    let x = geometry.area.width / Double(geometry.target.width)
    let y = geometry.area.height / Double(geometry.target.height)
    let largest = TriangleFilter.Geometry.largestScale
    guard x > largest || y > largest else { return nil }
    return PixelSize(width: Int((x / largest).rounded(.up)), height: Int((y / largest).rounded(.up)))
  }

  private func blend(
    shrinking picture: some RowSource, by block: PixelSize, _ geometry: ResamplingGeometry, into target: TargetTensor
  ) throws(PictureError) {
    let shrunk = ShrunkRows(picture, columns: block.width, rows: block.height)
    let geometry = geometry.scaled(x: 1 / Double(block.width), y: 1 / Double(block.height))
    let filter = filter(shrunk.size, geometry)
    var rows = StreamedRows(shrunk, window: filter.window, buffer: shrunkRows)
    try blend(&rows, through: filter, geometry, into: target)
  }

  private func filter(_ source: PixelSize, _ geometry: ResamplingGeometry) -> TriangleFilter {
    let geometry = TriangleFilter.Geometry(
      source: source, area: geometry.area, target: geometry.target)
    if let filter, filter.serves(geometry) { return filter }
    let filter = TriangleFilter(geometry)
    self.filter = filter
    return filter
  }

  private func blend(
    _ picture: inout some RowSource, through filter: TriangleFilter, _ geometry: ResamplingGeometry,
    into target: TargetTensor
  ) throws(PictureError) {
    try place(geometry, into: target) { (target, stride) throws(PictureError) in
      try filter.apply(to: &picture, writing: target, stride: stride, scratch: line)
    }
  }

  private func blendNearest(
    of picture: inout some RowSource, _ geometry: ResamplingGeometry, into target: TargetTensor
  ) throws(PictureError) {
    let (source, area, size) = (picture.size, geometry.area, geometry.target)
    let kept = linearFilter.flatMap { $0.serves(source: source, area: area, target: size) ? $0 : nil }
    let filter = kept ?? LinearFilter(source: source, area: area, target: size)
    linearFilter = filter
    try place(geometry, into: target) { (target, stride) throws(PictureError) in
      try filter.apply(to: &picture, writing: target, stride: stride, scratch: line)
    }
  }

  private func pick(
    from picture: inout some RowSource, _ geometry: ResamplingGeometry, into target: TargetTensor
  ) throws(PictureError) {
    let filter = NearestFilter(source: picture.size, target: geometry.target, orientation: geometry.orientation)
    try place(geometry, into: target) { (target, stride) throws(PictureError) in
      try filter.apply(to: &picture, writing: target, stride: stride)
    }
  }

  /// Calls `write` with the memory for the scaled picture and its stride, then turns the picture upright if needed.
  private func place(
    _ geometry: ResamplingGeometry, into target: TargetTensor,
    _ write: (_ target: UnsafeMutableRawPointer, _ stride: Int) throws(PictureError) -> Void
  ) throws(PictureError) {
    let crop = geometry.crop
    if crop.size != target.size { target.clear() }
    let corner = target.pixels + crop.row * target.stride + crop.column * 3
    guard geometry.orientation != .upright else { return try write(corner, target.stride) }
    let size = geometry.target
    let scaled = unturned.bytes(size.width * size.height * 3)
    try write(scaled, size.width * 3)
    geometry.orientation.copy(scaled, size: size, to: corner, stride: target.stride)
  }
}
