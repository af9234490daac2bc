#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A tone curve of an ICC profile: the light that a value stands for, both in 0...1.
enum ToneCurve {
  case table([Double])
  /// (a·x + b)^gamma + e from x = d on, and c·x + f below.
  case formula(gamma: Double, a: Double, b: Double, c: Double, d: Double, e: Double, f: Double)

  /// Reads the curve of a tag; returns `nil` for an unknown form.
  init?(_ reader: ByteReader, _ range: Range<Int>) {
    let start = range.lowerBound
    switch reader.uint32(start) {
    case ProfileLetters("curv").code:
      guard let count = reader.uint32(start + 8).map(Int.init), count <= (range.count - 12) / 2 else { return nil }
      let entries = (0..<count).map { reader.uint16(start + 12 + 2 * $0).map(Double.init) ?? 0 }
      switch count {
      case 0: self = .table([0, 1])
      case 1: self = .formula(gamma: entries[0] / 256, a: 1, b: 0, c: 0, d: 0, e: 0, f: 0)
      default: self = .table(entries.map { $0 / 65535 })
      }
    case ProfileLetters("para").code:
      let counts = [1, 3, 4, 5, 7]
      guard let kind = reader.uint16(start + 8).map(Int.init), kind < counts.count else { return nil }
      let p = (0..<counts[kind]).compactMap { reader.int32(start + 12 + 4 * $0).map { Double($0) / 65536 } }
      guard p.count == counts[kind] else { return nil }
      switch kind {
      case 0: self = .formula(gamma: p[0], a: 1, b: 0, c: 0, d: 0, e: 0, f: 0)
      case 1: self = .formula(gamma: p[0], a: p[1], b: p[2], c: 0, d: -p[2] / p[1], e: 0, f: 0)
      case 2: self = .formula(gamma: p[0], a: p[1], b: p[2], c: 0, d: -p[2] / p[1], e: p[3], f: p[3])
      case 3: self = .formula(gamma: p[0], a: p[1], b: p[2], c: p[3], d: p[4], e: 0, f: 0)
      default: self = .formula(gamma: p[0], a: p[1], b: p[2], c: p[3], d: p[4], e: p[5], f: p[6])
      }
    default: return nil
    }
  }

  /// Returns the light of a value.
  func light(_ value: Double) -> Double {
    switch self {
    case .table(let entries):
      let place = value * Double(entries.count - 1)
      let first = min(Int(place), entries.count - 2)
      return entries[first] + (place - Double(first)) * (entries[first + 1] - entries[first])
    case .formula(let gamma, let a, let b, let c, let d, let e, let f):
      return value >= d ? pow(a * value + b, gamma) + e : c * value + f
    }
  }

  /// Whether it is the curve of sRGB, within the rounding of a byte.
  var isSRGB: Bool {
    stride(from: 0, through: 255, by: 5).allSatisfy { byte in
      abs(255 * Self.encoded(light(Double(byte) / 255)) - Double(byte)) < 1
    }
  }

  /// Returns the value that sRGB encodes a light as.
  static func encoded(_ light: Double) -> Double {
    light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
  }
}
