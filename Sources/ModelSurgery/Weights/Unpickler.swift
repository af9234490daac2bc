import TFLite

/// A reader of pickles that constructs nothing but tensors and plain containers.
///
/// It accepts the opcodes of protocols 2 to 5 that PyTorch state files consist of, and the functions and classes of
/// ``PickleGlobal``. Anything else is refused by name; nothing is ever imported or executed.
struct Unpickler {
  private(set) var cursor: ByteCursor
  /// The items of lists and tuples, by index.
  private var sequences: [[PickleValue]] = []
  /// The items of dictionaries, by index.
  private var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []

  private var stack: [PickleValue] = []
  /// The height of the stack at each open mark.
  private var marks: [Int] = []
  private var memo: [UInt32: PickleValue] = [:]

  /// Creates a reader of the pickle at a position.
  init(_ bytes: Bytes, at position: Int = 0) { cursor = ByteCursor(bytes, at: position) }

  /// Returns the items of a list or a tuple, or nil for other values.
  func items(of value: PickleValue) -> [PickleValue]? {
    if case .sequence(let number, _) = value { sequences[number] } else { nil }
  }

  /// Returns the items of a dictionary, or nil for other values.
  func entries(of value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    if case .dictionary(let number) = value { dictionaries[number] } else { nil }
  }

  /// Reads the next pickle up to its STOP opcode; further pickles may follow.
  ///
  /// - Throws: ``WeightsError``.
  /// - Complexity: O(bytes of the pickle); the number of opcodes is limited.
  mutating func value() throws(WeightsError) -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    for _ in 0..<Self.mostOpcodes {
      let position = cursor.position
      guard let byte = cursor.next(UInt8.self) else { throw cutOff }
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw .refusedOpcode(PickleOpcode.name(of: byte), position: position)
      }
      if opcode == .stop {
        guard stack.count == 1, marks.isEmpty, let value = stack.popLast() else {
          throw damaged("it ends with \(stack.count) values instead of one")
        }
        return value
      }
      try run(opcode)
    }
    throw damaged("it has more than \(Self.mostOpcodes) steps")
  }

  private mutating func run(_ opcode: PickleOpcode) throws(WeightsError) {
    switch opcode {
    case .protocolVersion:
      guard try next(UInt8.self) <= 5 else { throw damaged("its protocol is unknown") }
    case .frame: _ = try next(UInt64.self)
    case .mark: marks.append(stack.count)
    case .none: stack.append(.none)
    case .newTrue: stack.append(.flag(true))
    case .newFalse: stack.append(.flag(false))
    case .integer32: stack.append(.integer(Int(try next(Int32.self))))
    case .unsigned8: stack.append(.integer(Int(try next(UInt8.self))))
    case .unsigned16: stack.append(.integer(Int(try next(UInt16.self))))
    case .longInteger: stack.append(.integer(try longInteger()))
    case .real: stack.append(.real(Double(bitPattern: try next(UInt64.self).byteSwapped)))
    case .text32: stack.append(.text(try text(Int(exactly: try next(UInt32.self)))))
    case .text8: stack.append(.text(try text(Int(try next(UInt8.self)))))
    case .text64: stack.append(.text(try text(Int(exactly: try next(UInt64.self)))))
    case .emptyDictionary: push(dictionary: [])
    case .emptyList: push([], isTuple: false)
    case .emptyTuple: push([], isTuple: true)
    case .tuple1: push(try pop(1), isTuple: true)
    case .tuple2: push(try pop(2), isTuple: true)
    case .tuple3: push(try pop(3), isTuple: true)
    case .tuple: push(try popToMark(), isTuple: true)
    case .append: try extend(with: try pop(1))
    case .appendMany: try extend(with: try popToMark())
    case .setItem: try set(try pop(2))
    case .setItems: try set(try popToMark())
    case .store8: memo[UInt32(try next(UInt8.self))] = try top()
    case .store32: memo[try next(UInt32.self)] = try top()
    case .storeNext: memo[UInt32(clamping: memo.count)] = try top()
    case .recall8: stack.append(try recalled(UInt32(try next(UInt8.self))))
    case .recall32: stack.append(try recalled(try next(UInt32.self)))
    case .global: stack.append(.global(try PickleGlobal(module: try line(), name: try line())))
    case .stackGlobal: try pushNamedGlobal()
    case .persistentID: stack.append(.storage(try storage(try pop(1)[0])))
    case .reduce: try reduce()
    case .build: try build()
    case .stop: break
    }
  }

  // An opcode pushes at most one value, so this limits the memory that a hostile file can take.
  private static let mostOpcodes = 1 << 21
  private static let longestText = 4096
  static let mostDimensions = 8
}

extension Unpickler {
  func damaged(_ because: String) -> WeightsError {
    .damaged(place: "byte \(cursor.position) of the pickle", because: because)
  }

  private var cutOff: WeightsError { damaged("it ends in the middle; the file was cut off") }

  private mutating func next<Number: FixedWidthInteger>(_ type: Number.Type) throws(WeightsError) -> Number {
    guard let number = cursor.next(type) else { throw cutOff }
    return number
  }

  private mutating func longInteger() throws(WeightsError) -> Int {
    let count = Int(try next(UInt8.self))
    guard let bytes = cursor.take(count) else { throw cutOff }
    guard count <= 8 else { throw damaged("it holds an int of \(count) bytes") }
    var word: Int64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes.reversed() { word = word << 8 | Int64(byte) }
    guard let number = Int(exactly: word) else { throw damaged("it holds an int of \(count) bytes") }
    return number
  }

  private mutating func text(_ count: Int?) throws(WeightsError) -> String {
    guard let count, let bytes = cursor.take(count) else { throw cutOff }
    guard count <= Self.longestText else { throw damaged("it holds a text of \(count) bytes") }
    return try text(of: bytes)
  }

  private mutating func line() throws(WeightsError) -> String {
    guard let bytes = cursor.line() else { throw cutOff }
    guard bytes.count <= Self.longestText else { throw damaged("it holds a name of \(bytes.count) bytes") }
    return try text(of: bytes)
  }

  private func text(of bytes: Bytes) throws(WeightsError) -> String {
    guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw damaged("it holds a text that is not UTF-8")
    }
    return text
  }

  private mutating func push(_ items: [PickleValue], isTuple: Bool) {
    sequences.append(items)
    stack.append(.sequence(sequences.count - 1, isTuple: isTuple))
  }

  private mutating func push(dictionary entries: [(key: PickleValue, value: PickleValue)]) {
    dictionaries.append(entries)
    stack.append(.dictionary(dictionaries.count - 1))
  }

  /// Pops values, which must be above the last open mark.
  private mutating func pop(_ count: Int) throws(WeightsError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw damaged("it pops more values than there are") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(WeightsError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw damaged("it closes a list that it has not opened") }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private func top() throws(WeightsError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.last else {
      throw damaged("it pops more values than there are")
    }
    return value
  }

  private func recalled(_ index: UInt32) throws(WeightsError) -> PickleValue {
    guard let value = memo[index] else { throw damaged("it recalls the value \(index), which it has not stored") }
    return value
  }

  private mutating func extend(with items: [PickleValue]) throws(WeightsError) {
    guard case .sequence(let number, isTuple: false) = try top() else {
      throw damaged("it appends to a value that is not a list")
    }
    sequences[number].append(contentsOf: items)
  }

  private mutating func set(_ items: [PickleValue]) throws(WeightsError) {
    guard case .dictionary(let number) = try top() else {
      throw damaged("it sets an item of a value that is not a dict")
    }
    guard items.count.isMultiple(of: 2) else { throw damaged("it sets a key without a value") }
    for index in stride(from: 0, to: items.count, by: 2) {
      dictionaries[number].append((items[index], items[index + 1]))
    }
  }

  private mutating func pushNamedGlobal() throws(WeightsError) {
    let names = try pop(2)
    guard case .text(let module) = names[0], case .text(let name) = names[1] else {
      throw damaged("the name of a function is not a str")
    }
    stack.append(.global(try PickleGlobal(module: module, name: name)))
  }

  /// Calls a known function, as the opcode REDUCE does.
  private mutating func reduce() throws(WeightsError) {
    let call = try pop(2)
    guard case .global(let function) = call[0], let arguments = items(of: call[1]) else {
      throw damaged("it calls \(call[0].kind)")
    }
    switch function {
    case .orderedDictionary:
      guard arguments.isEmpty else { throw damaged("it fills an OrderedDict as Python 2 did") }
      push(dictionary: [])
    case .rebuildTensor:
      stack.append(.tensor(try tensor(arguments)))
    case .storage:
      throw damaged("it calls \(function.name)")
    }
  }

  /// Sets attributes of an object, as the opcode BUILD does. Those of a dictionary hold the versions of layers and are
  /// dropped.
  private mutating func build() throws(WeightsError) {
    let pair = try pop(2)
    guard case .dictionary = pair[0], case .dictionary = pair[1] else {
      throw damaged("it gives attributes to \(pair[0].kind)")
    }
    stack.append(pair[0])
  }
}

extension Unpickler {
  /// Returns the storage of a persistent ID: ('storage', class, key, device, number of elements).
  func storage(_ id: PickleValue) throws(WeightsError) -> PickleStorage {
    guard let parts = items(of: id), parts.count == 5 || parts.count == 6, case .text("storage") = parts[0],
      case .global(.storage(let element)) = parts[1], case .text(let key) = parts[2], case .text = parts[3],
      case .integer(let count) = parts[4], count >= 0
    else { throw damaged("a persistent ID is not the storage of a tensor") }
    if parts.count == 6, case .none = parts[5] { return PickleStorage(element: element, key: key, count: count) }
    guard parts.count == 5 else { throw damaged("it refers to a part of a storage, as PyTorch before 0.4 did") }
    return PickleStorage(element: element, key: key, count: count)
  }

  /// Returns the tensor of a call's arguments: storage, offset, shape, strides, and further arguments that are ignored.
  func tensor(_ arguments: [PickleValue]) throws(WeightsError) -> PickleTensor {
    guard arguments.count == 6 || arguments.count == 7, case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = sizes(arguments[2]), let strides = sizes(arguments[3])
    else { throw damaged("it makes a tensor from arguments other than a storage, an offset, a shape and strides") }
    return PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides)
  }

  private func sizes(_ value: PickleValue) -> [Int]? {
    // Many tensors may refer to one long list; without the limit each would copy it.
    guard let items = items(of: value), items.count <= Self.mostDimensions else { return nil }
    var sizes: [Int] = []
    for case .integer(let size) in items { sizes.append(size) }
    return sizes.count == items.count ? sizes : nil
  }
}
