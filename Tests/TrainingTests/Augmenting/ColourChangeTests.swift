import Heads
import Testing

@testable import Training

/// A reference implementation of the colour changes, pixel by pixel, with channels from 0 to 1.
private enum Colours {
  typealias Colour = (r: Double, g: Double, b: Double)

  static func clamped(_ value: Double) -> Double { min(max(value, 0), 1) }

  /// Returns hue (in sixths of the circle), saturation and value.
  static func hsv(_ c: Colour) -> (h: Double, s: Double, v: Double) {
    let v = max(c.r, c.g, c.b)
    let range = v - min(c.r, c.g, c.b)
    guard range > 0 else { return (0, 0, v) }
    let h: Double
    if v == c.r {
      h = (c.g - c.b) / range
    } else if v == c.g {
      h = 2 + (c.b - c.r) / range
    } else {
      h = 4 + (c.r - c.g) / range
    }
    return (h < 0 ? h + 6 : h, range / v, v)
  }

  static func rgb(h: Double, s: Double, v: Double) -> Colour {
    let sector = Int(h) % 6
    let f = h - h.rounded(.down)
    let (p, q, t) = (v * (1 - s), v * (1 - s * f), v * (1 - s * (1 - f)))
    return [(v, t, p), (q, v, p), (p, v, t), (p, q, v), (t, p, v), (v, p, q)][sector]
  }

  static func make(_ change: ColourChange, _ pixels: [Colour]) -> [Colour] {
    switch change {
    case .brightness(let delta):
      let delta = Double(delta)
      return pixels.map { (clamped($0.r + delta), clamped($0.g + delta), clamped($0.b + delta)) }
    case .contrast(let factor):
      let factor = Double(factor)
      let count = Double(pixels.count)
      let mean = pixels.reduce((0, 0, 0)) { ($0.0 + $1.r / count, $0.1 + $1.g / count, $0.2 + $1.b / count) }
      return pixels.map {
        (
          clamped(($0.r - mean.0) * factor + mean.0), clamped(($0.g - mean.1) * factor + mean.1),
          clamped(($0.b - mean.2) * factor + mean.2)
        )
      }
    case .saturation(let factor):
      return pixels.map { pixel in
        let (h, s, v) = hsv(pixel)
        return rgb(h: h, s: clamped(s * Double(factor)), v: v)
      }
    case .hue(let turn):
      return pixels.map { pixel in
        let (h, s, v) = hsv(pixel)
        return rgb(h: (h + 6 * Double(turn) + 12).truncatingRemainder(dividingBy: 6), s: s, v: v)
      }
    }
  }
}

@Suite("Colour changes")
struct ColourChangeTests {
  private static func bytes(_ count: Int) -> [UInt8] {
    var generator = SplitMix64(seed: 5)
    let corners: [UInt8] = [
      0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0, 128, 128, 128, 0, 255, 255, 255, 0, 255,
    ]
    let others = (0..<3 * count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    return Array((corners + others).prefix(3 * count))
  }

  private func changed(_ changes: [ColourChange], _ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.withUnsafeMutableBytes { ColourChange.apply(changes, in: $0) }
    return bytes
  }

  private func expectReference(_ changes: [ColourChange], _ bytes: [UInt8]) {
    var pixels = stride(from: 0, to: bytes.count, by: 3).map { place in
      Colours.Colour(Double(bytes[place]) / 255, Double(bytes[place + 1]) / 255, Double(bytes[place + 2]) / 255)
    }
    for change in changes { pixels = Colours.make(change, pixels) }
    let expected = pixels.flatMap { [$0.r, $0.g, $0.b] }
    let worst = zip(changed(changes, bytes), expected).map { abs(Double($0) - 255 * $1) }.max() ?? 0
    #expect(worst < 0.52, "\(changes)")
  }

  @Test(
    "Each change follows its formula",
    arguments: [
      .brightness(0.1), .brightness(-0.3), .contrast(0.4), .contrast(1.6), .saturation(0), .saturation(0.5),
      .saturation(1.7), .hue(0.2), .hue(-0.2), .hue(0.5), .hue(-0.5), .hue(1 / 3),
    ] as [ColourChange])
  func single(change: ColourChange) {
    for count in [1, 7, 8, 9, 100] { expectReference([change], Self.bytes(count)) }
  }

  @Test("Applies several changes in their order", arguments: 0..<20 as Range<UInt64>)
  func several(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let changes = ColourDistortion().draw(using: &generator)
    #expect(changes.count == 4)
    expectReference(changes, Self.bytes(50))
  }

  @Test("Neutral changes leave every colour unchanged")
  func identity() {
    let bytes = (0..<3 * 256).map { UInt8(truncatingIfNeeded: $0 * 7 / 3) }
    let neutral: [ColourChange] = [.brightness(0), .contrast(1), .saturation(1), .hue(0)]
    for change in neutral { #expect(changed([change], bytes) == bytes, "\(change)") }
    #expect(changed(neutral, bytes) == bytes)
    #expect(changed([], bytes) == bytes)
    #expect(changed(neutral, []).isEmpty)
  }

  @Test("Draws all four orders, and scales changes with the strength")
  func draws() {
    var generator = SplitMix64(seed: 8)
    let weak = ColourDistortion(strength: 0.5)
    var orders: Set<[Int]> = []
    for _ in 0..<200 {
      let changes = weak.draw(using: &generator)
      orders.insert(
        changes.map { change in
          switch change {
          case .brightness(let delta):
            #expect(abs(delta) <= 16.01 / 255)
            return 0
          case .contrast(let factor):
            #expect(abs(factor - 1) <= 0.2501)
            return 1
          case .saturation(let factor):
            #expect(abs(factor - 1) <= 0.2501)
            return 2
          case .hue(let turn):
            #expect(abs(turn) <= 0.1001)
            return 3
          }
        })
    }
    #expect(orders == [[0, 2, 3, 1], [2, 0, 1, 3], [1, 3, 0, 2], [3, 2, 1, 0]])
  }
}
