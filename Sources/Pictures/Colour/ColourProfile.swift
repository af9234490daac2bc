/// An ICC profile that a picture's file embeds, which says what its colours mean.
///
/// All pictures are converted to sRGB. A profile is not applied if it would take memory out of proportion to its bytes.
struct ColourProfile {
  /// The kinds of pixels that profiles describe.
  enum Pixels {
    case rgb, grey, others
  }

  /// The profile, as it is in the file.
  let bytes: [UInt8]
  /// The pixels that it describes.
  let pixels: Pixels
  /// Whether its colours are those of sRGB, within the rounding of a byte.
  let isSRGB: Bool

  /// Reads a profile; returns `nil` if it cannot be applied.
  init?(_ bytes: [UInt8]) {
    guard
      let facts = bytes.withUnsafeBytes({ (bytes) -> (pixels: Pixels, isSRGB: Bool)? in
        guard let profile = ProfileTags(bytes), profile.isBounded else { return nil }
        return (profile.pixels, profile.isSRGB)
      })
    else { return nil }
    self.bytes = bytes
    (pixels, isSRGB) = facts
  }

  /// Returns the conversion of RGB pixels to sRGB; `nil` for a profile with tables of colours, which libvips applies.
  func conversion() -> ColourConversion? { bytes.withUnsafeBytes { ProfileTags($0)?.conversion } }
}

/// The tags of an ICC profile.
private struct ProfileTags {
  let pixels: ColourProfile.Pixels
  private let reader: ByteReader
  private var tags: [UInt32: Range<Int>] = [:]

  /// Reads the list of tags; returns `nil` if the bytes are no profile of pixels.
  init?(_ bytes: UnsafeRawBufferPointer) {
    reader = ByteReader(bytes, bigEndian: true)
    guard reader.uint32(36) == ProfileLetters("acsp").code, let kind = reader.uint32(12), Self.kinds.contains(kind),
      let count = reader.uint32(128), count <= Self.mostTags
    else { return nil }
    switch reader.uint32(16) {
    case ProfileLetters("RGB ").code: pixels = .rgb
    case ProfileLetters("GRAY").code: pixels = .grey
    default: pixels = .others
    }
    for tag in 0..<Int(count) {
      guard let name = reader.uint32(132 + 12 * tag), let start = reader.uint32(136 + 12 * tag).map(Int.init),
        let length = reader.uint32(140 + 12 * tag).map(Int.init)
      else { return nil }
      guard length >= 8, start <= bytes.count, length <= bytes.count - start else { continue }
      tags[name] = start..<start + length
    }
  }

  // Input, display, output and colour space profiles. Lists of named colours and links of devices describe no pixels.
  private static let kinds = Set(["scnr", "mntr", "prtr", "spac"].map { ProfileLetters($0).code })
  // The library that applies profiles reads no more.
  private static let mostTags: UInt32 = 100

  private subscript(_ name: String) -> Range<Int>? { tags[ProfileLetters(name).code] }

  /// Whether the tables that are used take no more entries than the profile has bytes.
  ///
  /// A table of colours has as many entries as its grid has points: a few bytes can state billions of them.
  var isBounded: Bool {
    // Newer tables, of a form that is hardly ever used.
    guard ["D2B0", "D2B1", "D2B2", "D2B3"].allSatisfy({ self[$0] == nil }) else { return false }
    return ["A2B0", "A2B1", "A2B2"].allSatisfy { name in self[name].map { isBoundedTable($0) } ?? true }
  }

  private func isBoundedTable(_ range: Range<Int>) -> Bool {
    let start = range.lowerBound
    guard let inputs = reader.byte(start + 8), let outputs = reader.byte(start + 9), inputs <= 15 else { return false }
    var points = Int(outputs)
    func multiply(_ side: UInt8?) -> Bool {
      guard let side else { return false }
      points *= Int(side)
      return points <= range.count
    }
    switch reader.uint32(start) {
    case ProfileLetters("mft1").code, ProfileLetters("mft2").code:
      return (0..<inputs).allSatisfy { _ in multiply(reader.byte(start + 10)) }
    case ProfileLetters("mAB ").code:
      guard let grid = reader.uint32(start + 24).map(Int.init) else { return false }
      return grid == 0 || (0..<Int(inputs)).allSatisfy { multiply(reader.byte(start + grid + $0)) }
    default:
      return false
    }
  }

  /// Whether the primaries and the curves are those of sRGB; for grey, the curve.
  var isSRGB: Bool {
    guard isMatrix else { return false }
    switch pixels {
    case .rgb:
      return Self.primaries.allSatisfy { name, expected in
        primary(name).map { zip($0, expected).allSatisfy { abs($0 - $1) < 0.002 } } ?? false
      } && ["rTRC", "gTRC", "bTRC"].allSatisfy { curve($0)?.isSRGB ?? false }
    case .grey:
      return curve("kTRC")?.isSRGB ?? false
    case .others:
      return false
    }
  }

  // Whether there are no tables of colours, which would come before the curves and primaries.
  private var isMatrix: Bool {
    reader.uint32(20) == ProfileLetters("XYZ ").code && ["A2B0", "A2B1", "A2B2"].allSatisfy { self[$0] == nil }
  }

  // The red, green and blue of sRGB, adapted to the white D50 of profiles.
  private static let primaries: [(String, [Double])] = [
    ("rXYZ", [0.4361, 0.2225, 0.0139]), ("gXYZ", [0.3851, 0.7169, 0.0971]), ("bXYZ", [0.1431, 0.0606, 0.7141]),
  ]

  private func curve(_ name: String) -> ToneCurve? { self[name].flatMap { ToneCurve(reader, $0) } }

  /// Returns the light of red, green or blue as X, Y and Z.
  private func primary(_ name: String) -> [Double]? {
    guard let range = self[name], reader.uint32(range.lowerBound) == ProfileLetters("XYZ ").code else { return nil }
    let values = (0..<3).compactMap { fixed(range.lowerBound + 8 + 4 * $0) }
    return values.count == 3 ? values : nil
  }

  /// The conversion of RGB to sRGB; `nil` unless curves and primaries are all there is to it.
  var conversion: ColourConversion? {
    guard isMatrix, pixels == .rgb, let red = primary("rXYZ"), let green = primary("gXYZ"),
      let blue = primary("bXYZ"), let ofRed = curve("rTRC"), let ofGreen = curve("gTRC"), let ofBlue = curve("bTRC")
    else { return nil }
    return ColourConversion(primaries: [red, green, blue], curves: [ofRed, ofGreen, ofBlue])
  }

  private func fixed(_ offset: Int) -> Double? { reader.int32(offset).map { Double($0) / 65536 } }
}

/// The four letters that name a tag or a type of an ICC profile.
struct ProfileLetters {
  let code: UInt32

  init(_ letters: String) { code = letters.utf8.reduce(0) { $0 << 8 | UInt32($1) } }
}
