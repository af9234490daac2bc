/// Numbers as text with a fixed number of decimal places, as C's `%f` writes them.
package enum Decimals {
  /// A number with so many decimal places, rounded to the nearest; `inf`, `-inf` or `nan` where it is none.
  package static func string(_ value: Double, places: Int) -> String {
    let places = min(max(places, 0), 9)
    let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
    guard value.isFinite, let scaled = Int64(exactly: (abs(value) * factor).rounded()) else { return "\(value)" }
    let digits = String(scaled)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let sign = value < 0 && scaled != 0 ? "-" : ""
    return sign + (places == 0 ? padded : padded.dropLast(places) + "." + padded.suffix(places))
  }
}
