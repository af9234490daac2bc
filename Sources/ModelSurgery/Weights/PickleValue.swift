/// A value that an unpickler can construct: a number, a string, a plain container, or the description of a tensor.
///
/// A container is represented by its index in the unpickler, which owns all of them: a container that holds itself does
/// not leak, and deep nesting is deallocated without recursion.
enum PickleValue: Sendable {
  case none
  case flag(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  /// A list or a tuple, by its index.
  case sequence(Int, isTuple: Bool)
  /// A dictionary, by its index.
  case dictionary(Int)
  /// A known function or class, not called yet.
  case global(PickleGlobal)
  case storage(PickleStorage)
  case tensor(PickleTensor)

  /// The Python type, for error messages.
  var kind: String {
    switch self {
    case .none: "None"
    case .flag: "a bool"
    case .integer: "an int"
    case .real: "a float"
    case .text: "a str"
    case .sequence(_, let isTuple): isTuple ? "a tuple" : "a list"
    case .dictionary: "a dict"
    case .global(let global): global.name
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// The storage of a tensor, whose data is elsewhere in the file.
struct PickleStorage: Sendable, Hashable {
  let element: WeightElement
  let key: String
  /// The number of elements.
  let count: Int
}

/// A strided view of a storage.
struct PickleTensor: Sendable, Hashable {
  let storage: PickleStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// The functions and classes that an unpickler knows: those that plain weights need.
enum PickleGlobal: Sendable, Hashable {
  case orderedDictionary
  case rebuildTensor
  case storage(WeightElement)

  /// Finds the function or class of a module and a name.
  ///
  /// - Throws: ``WeightsError/refusedGlobal(_:)`` for all other names.
  init(module: String, name: String) throws(WeightsError) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch", "FloatStorage"): self = .storage(.float32)
    case ("torch", "HalfStorage"): self = .storage(.float16)
    case ("torch", "BFloat16Storage"): self = .storage(.bfloat16)
    case ("torch", "DoubleStorage"): self = .storage(.float64)
    case ("torch", "LongStorage"): self = .storage(.int64)
    default: throw .refusedGlobal("\(module).\(name)")
    }
  }

  /// The name, for error messages.
  var name: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .rebuildTensor: "torch._utils._rebuild_tensor_v2"
    case .storage: "a torch storage class"
    }
  }
}

/// The opcodes that pickles of plain weights consist of, and the names of all opcodes.
enum PickleOpcode: UInt8 {
  case protocolVersion = 0x80
  case frame = 0x95
  case stop = 0x2E
  case mark = 0x28
  case none = 0x4E
  case newTrue = 0x88
  case newFalse = 0x89
  case integer32 = 0x4A
  case unsigned8 = 0x4B
  case unsigned16 = 0x4D
  case longInteger = 0x8A
  case real = 0x47
  case text8 = 0x8C
  case text32 = 0x58
  case text64 = 0x8D
  case emptyDictionary = 0x7D
  case emptyList = 0x5D
  case emptyTuple = 0x29
  case tuple1 = 0x85
  case tuple2 = 0x86
  case tuple3 = 0x87
  case tuple = 0x74
  case append = 0x61
  case appendMany = 0x65
  case setItem = 0x73
  case setItems = 0x75
  case store8 = 0x71
  case store32 = 0x72
  case storeNext = 0x94
  case recall8 = 0x68
  case recall32 = 0x6A
  case global = 0x63
  case stackGlobal = 0x93
  case persistentID = 0x51
  case reduce = 0x52
  case build = 0x62

  /// Returns the name of any opcode, or its number if there is no such opcode.
  static func name(of opcode: UInt8) -> String {
    names[opcode] ?? "number \(opcode)"
  }

  private static let names: [UInt8: String] = [
    0x28: "MARK", 0x29: "EMPTY_TUPLE", 0x2E: "STOP", 0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x42: "BINBYTES",
    0x43: "SHORT_BINBYTES", 0x46: "FLOAT", 0x47: "BINFLOAT", 0x49: "INT", 0x4A: "BININT", 0x4B: "BININT1",
    0x4C: "LONG", 0x4D: "BININT2", 0x4E: "NONE", 0x50: "PERSID", 0x51: "BINPERSID", 0x52: "REDUCE", 0x53: "STRING",
    0x54: "BINSTRING", 0x55: "SHORT_BINSTRING", 0x56: "UNICODE", 0x58: "BINUNICODE", 0x5D: "EMPTY_LIST",
    0x61: "APPEND", 0x62: "BUILD", 0x63: "GLOBAL", 0x64: "DICT", 0x65: "APPENDS", 0x67: "GET", 0x68: "BINGET",
    0x69: "INST", 0x6A: "LONG_BINGET", 0x6C: "LIST", 0x6F: "OBJ", 0x70: "PUT", 0x71: "BINPUT", 0x72: "LONG_BINPUT",
    0x73: "SETITEM", 0x74: "TUPLE", 0x75: "SETITEMS", 0x7D: "EMPTY_DICT", 0x80: "PROTO", 0x81: "NEWOBJ",
    0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x85: "TUPLE1", 0x86: "TUPLE2", 0x87: "TUPLE3", 0x88: "NEWTRUE",
    0x89: "NEWFALSE", 0x8A: "LONG1", 0x8B: "LONG4", 0x8C: "SHORT_BINUNICODE", 0x8D: "BINUNICODE8",
    0x8E: "BINBYTES8", 0x8F: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX",
    0x93: "STACK_GLOBAL", 0x94: "MEMOIZE", 0x95: "FRAME", 0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER",
    0x98: "READONLY_BUFFER",
  ]
}
