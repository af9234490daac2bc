/// What an unpickler can construct: numbers, texts, plain containers, and descriptions of tensors.
///
/// Containers are held by their number in the unpickler, which owns them all: so a container may hold itself without
/// being leaked, and nesting however deep is taken down without recursion.
enum PickleValue: Sendable {
  case none
  case flag(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  /// A list or a tuple, by its number.
  case sequence(Int, isTuple: Bool)
  /// A dictionary, by its number.
  case dictionary(Int)
  /// A function or class that is known, not called yet.
  case global(PickleGlobal)
  case storage(PickleStorage)
  case tensor(PickleTensor)

  /// What it is, for errors.
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

/// Numbers that a tensor is made from, kept elsewhere in the file.
struct PickleStorage: Sendable, Hashable {
  let element: WeightElement
  let key: String
  /// How many elements there are.
  let count: Int
}

/// A window into a storage.
struct PickleTensor: Sendable, Hashable {
  let storage: PickleStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
