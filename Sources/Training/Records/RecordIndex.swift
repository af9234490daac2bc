/// Where the pictures of a TFRecord file lie, and their labels: what is kept in memory of it.
struct RecordIndex: Sendable {
  /// A record's picture.
  struct Entry: Sendable, Hashable {
    /// Where the picture's file lies in the record file.
    let picture: Range<Int>
    let label: Int
  }

  /// The most classes that a file may have where nobody says how many there are.
  static let mostClasses = 1 << 20

  /// The records' pictures, in order.
  private(set) var entries: [Entry] = []
  /// The names that the records give their labels.
  private(set) var names = RecordedNames()

  /// Reads a file once, from its beginning to its end.
  ///
  /// - Parameter classes: How many there are; labels beyond are an error.
  /// - Throws: ``RecordError``.
  init(_ file: RecordFile, classes: Int) throws(RecordError) {
    try file.forEachRecord { (bytes, number, data) throws(RecordError) in
      let example: RecordedExample
      do throws(WireCursor.Malformed) {
        example = try RecordedExample(bytes, data)
      } catch {
        throw .notAnExample(file: file.name, record: number, reason: error.reason)
      }
      guard let picture = example.pictures.first, example.pictures.count == 1, !picture.isEmpty else {
        throw .noPicture(file: file.name, record: number)
      }
      guard let label = example.labels.first, example.labels.count == 1 else {
        throw .noLabel(file: file.name, record: number)
      }
      guard label >= 0, label < classes else {
        throw .labelOutOfRange(file: file.name, record: number, label: label, classes: classes)
      }
      entries.append(Entry(picture: picture, label: Int(label)))
      for text in example.texts { names.add(String(decoding: bytes[text], as: UTF8.self), for: Int(label)) }
    }
  }
}
