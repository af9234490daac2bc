import TFLite

/// Sums of whole numbers, exact in whatever order they are added. Each takes 32 bits for as long as all fit into them, then 64,
/// then 128.
struct IntegerSums: Sendable {
  private enum Storage: Sendable {
    case narrow([Int32])
    case wide([Int64])
    case widest([Int128])
  }

  private var storage: Storage
  // No sum is greater in magnitude.
  private var bound: Int128 = 0

  /// The widths in bytes that a file may store sums in.
  static let widths = [1, 2, 4, 8, 16]

  /// Creates sums of zero.
  init(count: Int) { storage = .narrow(Array(repeating: 0, count: count)) }

  /// Creates sums from whole numbers; nil where one is not finite or exceeds 2¹²⁰.
  init?(_ numbers: [Double]) {
    guard numbers.allSatisfy({ abs($0) <= 0x1p120 }) else { return nil }
    let whole = numbers.map { Int128($0.rounded()) }
    self.init(count: 0)
    storage = .widest(whole)
    bound = largest
    narrow()
  }

  /// The number of sums.
  var count: Int {
    switch storage {
    case .narrow(let sums): sums.count
    case .wide(let sums): sums.count
    case .widest(let sums): sums.count
    }
  }

  /// Returns the sums as the nearest floats, times a unit.
  func doubles(unit: Double) -> [Double] {
    switch storage {
    case .narrow(let sums): sums.map { unit * Double($0) }
    case .wide(let sums): sums.map { unit * Double($0) }
    case .widest(let sums): sums.map { unit * Double($0) }
    }
  }

  /// Adds or subtracts other sums, of the same number.
  mutating func add(_ other: IntegerSums, subtracting: Bool = false) {
    guard count == other.count else { return }
    switch other.storage {
    case .narrow(let theirs): add(theirs, growth: other.bound, subtracting: subtracting)
    case .wide(let theirs): add(theirs, growth: other.bound, subtracting: subtracting)
    case .widest(let theirs): add(theirs, growth: other.bound, subtracting: subtracting)
    }
  }

  private mutating func add<Number: FixedWidthInteger & SignedInteger>(
    _ theirs: [Number], growth: Int128, subtracting: Bool
  ) {
    theirs.withUnsafeBufferPointer { theirs in
      update(
        growth: growth, narrow: { Self.add(theirs, to: $0, subtracting: subtracting) },
        wide: { Self.add(theirs, to: $0, subtracting: subtracting) },
        widest: { Self.add(theirs, to: $0, subtracting: subtracting) })
    }
  }

  private static func add<Theirs: FixedWidthInteger & SignedInteger, Mine: FixedWidthInteger & SignedInteger>(
    _ theirs: UnsafeBufferPointer<Theirs>, to mine: UnsafeMutableBufferPointer<Mine>, subtracting: Bool
  ) {
    if subtracting {
      for index in mine.indices { mine[index] &-= Mine(truncatingIfNeeded: theirs[index]) }
    } else {
      for index in mine.indices { mine[index] &+= Mine(truncatingIfNeeded: theirs[index]) }
    }
  }

  /// Calls one of three closures with the sums, which it may change.
  ///
  /// - Parameter growth: The greatest magnitude by which it changes a sum.
  mutating func update(
    growth: Int128, narrow: (UnsafeMutableBufferPointer<Int32>) -> Void,
    wide: (UnsafeMutableBufferPointer<Int64>) -> Void, widest: (UnsafeMutableBufferPointer<Int128>) -> Void
  ) {
    raiseBound(by: growth)
    widen()
    // The storage is emptied meanwhile, so that the array is changed in place.
    switch storage {
    case .narrow(var sums):
      storage = .narrow([])
      sums.withUnsafeMutableBufferPointer { narrow($0) }
      storage = .narrow(sums)
    case .wide(var sums):
      storage = .wide([])
      sums.withUnsafeMutableBufferPointer { wide($0) }
      storage = .wide(sums)
    case .widest(var sums):
      storage = .widest([])
      sums.withUnsafeMutableBufferPointer { widest($0) }
      storage = .widest(sums)
    }
  }

  private mutating func raiseBound(by growth: Int128) {
    func raised() -> Int128 {
      let (sum, overflow) = bound.addingReportingOverflow(growth)
      return overflow ? .max : sum
    }
    let room = if case .narrow = storage { Int128(Int32.max) } else { Int128(Int64.max) }
    // The bound is higher than the sums where some of the numbers added were small.
    if bound <= room, raised() > room { bound = largest }
    bound = raised()
  }

  /// The greatest magnitude of a sum.
  var largest: Int128 {
    func largest<Number: FixedWidthInteger & SignedInteger>(_ sums: [Number]) -> Int128 {
      sums.reduce(0) { max($0, Int128(clamping: $1.magnitude)) }
    }
    return switch storage {
    case .narrow(let sums): largest(sums)
    case .wide(let sums): largest(sums)
    case .widest(let sums): largest(sums)
    }
  }

  /// Makes room for the bound.
  private mutating func widen() {
    switch storage {
    case .narrow(let sums) where bound > Int128(Int64.max): storage = .widest(sums.map { Int128($0) })
    case .narrow(let sums) where bound > Int128(Int32.max): storage = .wide(sums.map { Int64($0) })
    case .wide(let sums) where bound > Int128(Int64.max): storage = .widest(sums.map { Int128($0) })
    default: break
    }
  }

  /// Takes no more bits than the bound needs.
  private mutating func narrow() {
    guard case .widest(let sums) = storage else { return }
    if bound <= Int128(Int32.max) {
      storage = .narrow(sums.map { Int32(truncatingIfNeeded: $0) })
    } else if bound <= Int128(Int64.max) {
      storage = .wide(sums.map { Int64(truncatingIfNeeded: $0) })
    }
  }
}

extension IntegerSums: Hashable {
  static func == (one: IntegerSums, other: IntegerSums) -> Bool { one.whole == other.whole }

  func hash(into hasher: inout Hasher) { hasher.combine(whole) }

  private var whole: [Int128] {
    switch storage {
    case .narrow(let sums): sums.map { Int128($0) }
    case .wide(let sums): sums.map { Int128($0) }
    case .widest(let sums): sums
    }
  }
}

/// Sums in a file: little-endian integers of the smallest width that holds all of them.
extension IntegerSums {
  /// The smallest width in bytes that holds all sums.
  var width: Int {
    switch storage {
    case .narrow(let sums): Self.width(of: sums)
    case .wide(let sums): Self.width(of: sums)
    case .widest(let sums): Self.width(of: sums)
    }
  }

  /// Returns the smallest width in bytes that holds all numbers.
  static func width<Number: FixedWidthInteger & SignedInteger>(of numbers: [Number]) -> Int {
    // The bits that differ from the sign, of all numbers together.
    let bits = numbers.withUnsafeBufferPointer { $0.reduce(Number(0)) { $0 | ($1 ^ ($1 >> (Number.bitWidth - 1))) } }
    let needed = Number.bitWidth - bits.leadingZeroBitCount + 1
    return widths.first { 8 * $0 >= needed } ?? 16
  }

  /// Returns the sums as integers of a width.
  func bytes(width: Int) -> Bytes {
    switch storage {
    case .narrow(let sums): Self.bytes(of: sums, width: width)
    case .wide(let sums): Self.bytes(of: sums, width: width)
    case .widest(let sums): Self.bytes(of: sums, width: width)
    }
  }

  /// Returns numbers as integers of a width.
  static func bytes<Number: FixedWidthInteger & SignedInteger>(of numbers: [Number], width: Int) -> Bytes {
    func encoded<Stored: FixedWidthInteger & SignedInteger>(_: Stored.Type) -> Bytes {
      let stored = numbers.map { Stored(truncatingIfNeeded: $0).littleEndian }
      return Bytes(stored.withUnsafeBytes { Array($0) })
    }
    switch width {
    case 1: return encoded(Int8.self)
    case 2: return encoded(Int16.self)
    case 4: return encoded(Int32.self)
    case 8: return encoded(Int64.self)
    default: return encoded(Int128.self)
    }
  }

  /// Returns the numbers that ``bytes(of:width:)`` stored; nil for another width, and where the bytes do not fill the last one.
  static func numbers<Number: FixedWidthInteger & SignedInteger>(in bytes: Bytes, width: Int) -> [Number]? {
    func decoded<Stored: FixedWidthInteger & SignedInteger>(_: Stored.Type) -> [Number]? {
      guard bytes.count.isMultiple(of: width) else { return nil }
      return bytes.withUnsafeBytes { raw in
        [Number](unsafeUninitializedCapacity: bytes.count / width) { numbers, count in
          count = bytes.count / width
          for index in 0..<count {
            let stored = raw.loadUnaligned(fromByteOffset: index * width, as: Stored.self)
            numbers[index] = Number(truncatingIfNeeded: Stored(littleEndian: stored))
          }
        }
      }
    }
    switch width {
    case 1: return decoded(Int8.self)
    case 2: return decoded(Int16.self)
    case 4: return decoded(Int32.self)
    case 8: return decoded(Int64.self)
    case 16: return decoded(Int128.self)
    default: return nil
    }
  }

  /// Reads sums that ``bytes(width:)`` wrote; nil for another width, and where the bytes do not fill the last one.
  init?(_ bytes: Bytes, width: Int) {
    guard Self.widths.contains(width) else { return nil }
    self.init(count: 0)
    switch width {
    case 1, 2, 4:
      guard let sums: [Int32] = Self.numbers(in: bytes, width: width) else { return nil }
      storage = .narrow(sums)
    case 8:
      guard let sums: [Int64] = Self.numbers(in: bytes, width: width) else { return nil }
      storage = .wide(sums)
    default:
      guard let sums: [Int128] = Self.numbers(in: bytes, width: width) else { return nil }
      storage = .widest(sums)
    }
    bound = largest
  }
}
