/// Lays out tables as a FlatBuffers file, front to back, with everything large left where it is.
///
/// The file begins with the tables, their small vectors and texts; the large vectors follow as they are, referenced and
/// not copied, and after them the data outside the flatbuffer. Vectors and texts that are the same bytes of the same
/// storage are written once, and so are lists of fields.
struct FlatBufferWriter {
  /// Vectors from this many bytes on are referenced.
  private static let largeCount = 512

  private struct Source: Hashable {
    let storage: ObjectIdentifier
    let offset: Int
    let count: Int
    let alignment: Int

    init(_ bytes: Bytes, alignment: Int) {
      storage = ObjectIdentifier(bytes.storage)
      offset = bytes.offset
      count = bytes.count
      self.alignment = alignment
    }
  }

  private struct Large {
    let bytes: Bytes
    let count: Int
    let alignment: Int
    var users: [Int]
  }

  private var head: [UInt8] = []
  private var lists: [[UInt16]: Int] = [:]
  private var texts: [Source: Int] = [:]
  private var large: [Large] = []
  private var largeIndices: [Source: Int] = [:]
  private var outside: [Large] = []
  private var outsideIndices: [Source: Int] = [:]

  /// The file of a root table.
  ///
  /// - Throws: ``TFLiteError/tooLarge(bytes:)`` when the flatbuffer would exceed 2 147 483 647 bytes.
  static func file(of root: TableNode, identifier: String) throws(TFLiteError) -> FileLayout {
    var writer = FlatBufferWriter()
    writer.head.append(contentsOf: [0, 0, 0, 0])
    writer.head.append(contentsOf: identifier.utf8)
    writer.point(from: 0, to: writer.add(root))
    return try writer.layout()
  }

  // Tables

  /// Writes a table and, behind it, what it points to; the position of the table.
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
    // The fields are in descending order of size behind the four bytes that lead to their list: all are aligned if the
    // first is.
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
    case .vector(let bytes, let count, let alignment):
      addVector(bytes, count: count, alignment: alignment, from: position)
    case .text(let text):
      point(from: position, to: add(text))
    case .table(let node):
      point(from: position, to: add(node))
    case .tables(let nodes):
      point(from: position, to: add(nodes))
    case .place(let bytes):
      note(bytes, count: bytes.count, alignment: 16, from: position, in: \.outside, \.outsideIndices)
    }
  }

  private mutating func add(_ nodes: [TableNode]) -> Int {
    let vector = beginVector(count: nodes.count, alignment: 4)
    head.append(contentsOf: repeatElement(0, count: 4 * nodes.count))
    for (index, node) in nodes.enumerated() { point(from: vector + 4 + 4 * index, to: add(node)) }
    return vector
  }

  // Vectors

  private mutating func add(_ text: Text) -> Int {
    let source = Source(text.bytes, alignment: 1)
    if let position = texts[source] { return position }
    let position = beginVector(count: text.bytes.count, alignment: 1)
    text.bytes.withUnsafeBytes { head.append(contentsOf: $0) }
    head.append(0)
    texts[source] = position
    return position
  }

  private mutating func addVector(_ bytes: Bytes, count: Int, alignment: Int, from position: Int) {
    if bytes.count >= Self.largeCount {
      note(bytes, count: count, alignment: alignment, from: position, in: \.large, \.largeIndices)
    } else {
      point(from: position, to: beginVector(count: count, alignment: alignment))
      bytes.withUnsafeBytes { head.append(contentsOf: $0) }
    }
  }

  private mutating func beginVector(count: Int, alignment: Int) -> Int {
    pad(to: max(4, alignment), before: 4)
    let position = head.count
    head.append(contentsOf: repeatElement(0, count: 4))
    put(UInt64(truncatingIfNeeded: count), size: 4, at: position)
    return position
  }

  /// Notes that the field at a position leads to bytes which get their place later.
  private mutating func note(
    _ bytes: Bytes, count: Int, alignment: Int, from position: Int,
    in list: WritableKeyPath<Self, [Large]>, _ indices: WritableKeyPath<Self, [Source: Int]>
  ) {
    let source = Source(bytes, alignment: alignment)
    if let index = self[keyPath: indices][source] {
      self[keyPath: list][index].users.append(position)
    } else {
      self[keyPath: indices][source] = self[keyPath: list].count
      self[keyPath: list].append(Large(bytes: bytes, count: count, alignment: alignment, users: [position]))
    }
  }

  // Bytes

  /// Pads with zeros until what follows `before` more bytes lies at a multiple of `alignment`.
  private mutating func pad(to alignment: Int, before: Int = 0) {
    head.append(contentsOf: repeatElement(0, count: (alignment - (head.count + before) % alignment) % alignment))
  }

  private mutating func put(_ bits: some FixedWidthInteger, size: Int, at position: Int) {
    for byte in 0..<size { head[position + byte] = UInt8(truncatingIfNeeded: bits >> (8 * byte)) }
  }

  private mutating func point(from position: Int, to target: Int) {
    put(UInt64(truncatingIfNeeded: target - position), size: 4, at: position)
  }

  // The whole

  private mutating func layout() throws(TFLiteError) -> FileLayout {
    var end = head.count
    for part in large {
      end = roundedUp(end + 4, to: part.alignment) - 4
      for user in part.users { point(from: user, to: end) }
      end += 4 + part.bytes.count
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
      file.append((0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) })
      file.append(part.bytes)
    }
    for part in outside {
      file.pad(until: roundedUp(file.count, to: part.alignment))
      file.append(part.bytes)
    }
    return file
  }
}

/// The least multiple of `alignment` that is not below a number.
func roundedUp(_ number: Int, to alignment: Int) -> Int { (number + alignment - 1) / alignment * alignment }
