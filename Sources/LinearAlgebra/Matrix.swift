/// A matrix of 64-bit floats, its rows one after the other in memory.
public struct Matrix: Sendable, Hashable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The elements, row by row: `rows * columns` of them.
  public private(set) var elements: [Double]

  /// A matrix of zeros.
  ///
  /// - Parameters:
  ///   - rows: The number of rows; a negative one counts as none.
  ///   - columns: The number of columns; a negative one counts as none.
  public init(rows: Int, columns: Int) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
    elements = Array(repeating: 0, count: self.rows * self.columns)
  }

  /// A matrix of given elements.
  ///
  /// - Parameters:
  ///   - columns: The number of columns.
  ///   - elements: The elements, row by row.
  /// - Throws: ``LinearAlgebraError/misfit(_:)`` where they do not fill whole rows.
  public init(columns: Int, elements: [Double]) throws(LinearAlgebraError) {
    guard columns > 0, elements.count.isMultiple(of: columns) else {
      throw .misfit("\(elements.count) elements in rows of \(columns)")
    }
    rows = elements.count / columns
    self.columns = columns
    self.elements = elements
  }

  /// A matrix whose elements a closure sets, every one of them.
  init(rows: Int, columns: Int, setBy body: (UnsafeMutablePointer<Double>) -> Void) {
    self.rows = max(0, rows)
    self.columns = max(0, columns)
    let count = self.rows * self.columns
    elements = Array(unsafeUninitializedCapacity: count) { buffer, initialised in
      if let first = buffer.baseAddress { body(first) }
      initialised = count
    }
  }

  /// The element in a row and a column, both of which must be there, as with an array.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The elements of a row, which must be there.
  public subscript(row row: Int) -> ArraySlice<Double> { elements[row * columns..<(row + 1) * columns] }

  /// Calls a closure with the elements in place, to change them.
  public mutating func withUnsafeMutableElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try elements.withUnsafeMutableBufferPointer { buffer throws(Failure) -> Result in try body(buffer) }
  }

  /// The sides as the library counts.
  ///
  /// - Throws: ``LinearAlgebraError/tooLarge(rows:columns:)`` beyond 32 bits.
  var sides: (rows: Int32, columns: Int32) {
    get throws(LinearAlgebraError) {
      guard let height = Int32(exactly: rows), let width = Int32(exactly: columns) else {
        throw .tooLarge(rows: rows, columns: columns)
      }
      return (height, width)
    }
  }
}
