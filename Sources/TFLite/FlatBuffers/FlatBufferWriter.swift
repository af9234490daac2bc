/// A writer that lays tables out as a FlatBuffers file, front to back.
///
/// The file begins with the tables and their vectors of numbers. Texts and data follow, large ones by reference; then
/// comes the data outside the flatbuffer. Texts and data that are the same slice of the same storage are written once,
/// and so are equal lists of fields.
struct FlatBufferWriter {
  /// The least number of bytes of data that are referenced and not copied.
  private static let largeCount = 512

  /// The identity of some bytes: two runs with the same source are written once.
  private struct Source: Hashable {
    let storage: ObjectIdentifier
    let offset: Int
    let count: Int
    let kind: Kind
  }

  private enum Kind: Hashable {
    case text
    case data(count: Int, alignment: Int)
    case outside
  }

  /// Bytes that are placed after all tables, and the fields that point to them.
  private struct Part {
    let bytes: Bytes
    let kind: Kind
    var users: [Int]

    /// The element count that is written in front of the bytes.
    var elementCount: Int {
      if case .data(let count, _) = kind { count } else { bytes.count }
    }

    /// The alignment of the first byte.
    var alignment: Int {
      switch kind {
      case .text: 4
      case .data(_, let alignment): max(4, alignment)
      case .outside: 16
      }
    }

    /// The number of zeros after the bytes.
    var terminatorCount: Int { kind == .text ? 1 : 0 }
  }

  private var head: [UInt8] = []
  private var lists: [[UInt16]: Int] = [:]
  private var parts: [Part] = []
  private var partIndices: [Source: Int] = [:]

  /// Returns the file of a root table.
  ///
  /// - Throws: ``TFLiteError/tooLarge(bytes:)`` if the flatbuffer would exceed 2 147 483 647 bytes.
  static func file(of root: TableNode, identifier: String) throws(TFLiteError) -> FileLayout {
    var writer = FlatBufferWriter()
    writer.head.append(contentsOf: [0, 0, 0, 0])
    writer.head.append(contentsOf: identifier.utf8)
    writer.point(from: 0, to: writer.add(root))
    return try writer.layout()
  }

  /// Writes a table, followed by everything that it points to, and returns the position of the table.
  private mutating func add(_ node: TableNode) -> Int {
    let fields = node.fields.sorted { ($0.content.size, $1.slot) > ($1.content.size, $0.slot) }
    let hasWide = fields.first.map { $0.content.size == 8 } ?? false
    var list = [UInt16](repeating: 0, count: (node.fields.map(\.slot).max() ?? -1) + 1)
    var size = 4
    for field in fields {
      list[field.slot] = UInt16(truncatingIfNeeded: size)
      size += field.content.size
    }
    list.insert(contentsOf: [UInt16(truncatingIfNeeded: 4 + 2 * list.count), UInt16(truncatingIfNeeded: size)], at: 0)
    let listPosition = position(ofList: list)
    // The fields follow the four-byte offset to their list in descending order of size: all are aligned if the first is.
    pad(to: hasWide ? 8 : 4, before: hasWide ? 4 : 0)
    let table = head.count
    head.append(contentsOf: repeatElement(0, count: size))
    put(UInt32(truncatingIfNeeded: table - listPosition), size: 4, at: table)
    for field in fields.sorted(by: { $0.slot < $1.slot }) {
      add(field.content, at: table + Int(list[field.slot + 2]))
    }
    return table
  }

  private mutating func position(ofList list: [UInt16]) -> Int {
    if let position = lists[list] { return position }
    pad(to: 2)
    let position = head.count
    for entry in list {
      head.append(UInt8(truncatingIfNeeded: entry))
      head.append(UInt8(truncatingIfNeeded: entry >> 8))
    }
    lists[list] = position
    return position
  }

  private mutating func add(_ content: TableNode.Content, at position: Int) {
    switch content {
    case .number(let bits, let size):
      put(bits, size: size, at: position)
    case .numbers(let bytes, let size):
      let vector = beginVector(count: bytes.count / size, alignment: size)
      head.append(contentsOf: bytes)
      point(from: position, to: vector)
    case .data(let bytes, let count, let alignment):
      note(bytes, .data(count: count, alignment: alignment), from: position)
    case .text(let text):
      note(text.bytes, .text, from: position)
    case .texts(let texts):
      let vector = beginVector(count: texts.count, alignment: 4)
      head.append(contentsOf: repeatElement(0, count: 4 * texts.count))
      for (index, text) in texts.enumerated() { note(text.bytes, .text, from: vector + 4 + 4 * index) }
      point(from: position, to: vector)
    case .table(let node):
      point(from: position, to: add(node))
    case .tables(let nodes):
      point(from: position, to: add(nodes))
    case .place(let bytes):
      note(bytes, .outside, from: position)
    }
  }

  private mutating func add(_ nodes: [TableNode]) -> Int {
    let vector = beginVector(count: nodes.count, alignment: 4)
    head.append(contentsOf: repeatElement(0, count: 4 * nodes.count))
    for (index, node) in nodes.enumerated() { point(from: vector + 4 + 4 * index, to: add(node)) }
    return vector
  }

  private mutating func beginVector(count: Int, alignment: Int) -> Int {
    pad(to: max(4, alignment), before: 4)
    let position = head.count
    head.append(contentsOf: repeatElement(0, count: 4))
    put(UInt64(truncatingIfNeeded: count), size: 4, at: position)
    return position
  }

  /// Records that the field at a position points to bytes that are placed later.
  private mutating func note(_ bytes: Bytes, _ kind: Kind, from position: Int) {
    let source = Source(
      storage: ObjectIdentifier(bytes.storage), offset: bytes.offset, count: bytes.count, kind: kind)
    if let index = partIndices[source] {
      parts[index].users.append(position)
    } else {
      partIndices[source] = parts.count
      parts.append(Part(bytes: bytes, kind: kind, users: [position]))
    }
  }

  /// Pads with zeros so that the position after `before` more bytes is a multiple of `alignment`.
  private mutating func pad(to alignment: Int, before: Int = 0) {
    head.append(contentsOf: repeatElement(0, count: (alignment - (head.count + before) % alignment) % alignment))
  }

  private mutating func put(_ bits: some FixedWidthInteger, size: Int, at position: Int) {
    for byte in 0..<size { head[position + byte] = UInt8(truncatingIfNeeded: bits >> (8 * byte)) }
  }

  private mutating func point(from position: Int, to target: Int) {
    put(UInt64(truncatingIfNeeded: target - position), size: 4, at: position)
  }

  private mutating func layout() throws(TFLiteError) -> FileLayout {
    let outside = parts.filter { $0.kind == .outside }
    let inside = parts.filter { $0.kind != .outside }
    let large = inside.filter { $0.bytes.count >= Self.largeCount }
    for part in inside where part.bytes.count < Self.largeCount {
      let vector = beginVector(count: part.elementCount, alignment: part.alignment)
      part.bytes.withUnsafeBytes { head.append(contentsOf: $0) }
      head.append(contentsOf: repeatElement(0, count: part.terminatorCount))
      for user in part.users { point(from: user, to: vector) }
    }
    var end = head.count
    for part in large {
      let vector = roundedUp(end + 4, to: part.alignment) - 4
      for user in part.users { point(from: user, to: vector) }
      end = vector + 4 + part.bytes.count + part.terminatorCount
    }
    guard end <= Int(Int32.max) else { throw .tooLarge(bytes: end) }
    for part in outside {
      end = roundedUp(end, to: part.alignment)
      for user in part.users { put(UInt64(truncatingIfNeeded: end), size: 8, at: user) }
      end += part.bytes.count
    }

    var file = FileLayout()
    file.append(head)
    for part in large {
      file.pad(until: roundedUp(file.count + 4, to: part.alignment) - 4)
      file.append((0..<4).map { UInt8(truncatingIfNeeded: part.elementCount >> (8 * $0)) })
      file.append(part.bytes)
      file.append([UInt8](repeating: 0, count: part.terminatorCount))
    }
    for part in outside {
      file.pad(until: roundedUp(file.count, to: part.alignment))
      file.append(part.bytes)
    }
    return file
  }
}

/// Returns the least multiple of `alignment` that is not less than `number`.
func roundedUp(_ number: Int, to alignment: Int) -> Int { (number + alignment - 1) / alignment * alignment }

/// The bytes of a file to be written: runs that it owns, between large runs that it references.
struct FileLayout {
  private(set) var pieces: [Bytes] = []
  private(set) var count = 0
  private var pending: [UInt8] = []

  mutating func append(_ bytes: [UInt8]) {
    pending.append(contentsOf: bytes)
    count += bytes.count
  }

  mutating func append(_ bytes: Bytes) {
    flush()
    pieces.append(bytes)
    count += bytes.count
  }

  /// Appends zeros until the file has `position` bytes; long padding references one block of zeros repeatedly.
  mutating func pad(until position: Int) {
    let zeros = Bytes([UInt8](repeating: 0, count: min(max(0, position - count), 1 << 16)))
    while position - count >= 1 << 16 { append(zeros) }
    append([UInt8](repeating: 0, count: max(0, position - count)))
  }

  /// Moves the pending bytes to ``pieces``.
  mutating func flush() {
    guard !pending.isEmpty else { return }
    pieces.append(Bytes(pending))
    pending = []
  }
}
