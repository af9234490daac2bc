public import Pictures

/// A small picture of a frame, by which near-identical frames are recognised.
public struct FrameFingerprint: Sendable, Hashable {
  /// The side of the small picture, in pixels.
  static let side = 16
  /// The distance up to which two frames count as near-identical: noise of a camera that looks at the same scene stays below.
  public static let usualDistance = 0.02

  /// The bytes of the small picture, by which a fingerprint can be stored.
  public let pixels: [UInt8]

  /// Restores a fingerprint; nil where the number of bytes is not that of a fingerprint.
  public init?(pixels: [UInt8]) {
    guard pixels.count == Self.side * Self.side * 3 else { return nil }
    self.pixels = pixels
  }

  private init(_ tensor: PixelTensor) { pixels = tensor.pixels }

  /// Makes fingerprints; keep one for many frames.
  public struct Maker: Sendable {
    private let reader: PictureReader
    private let view: PictureView

    /// - Parameter view: The part of the frames that counts.
    public init(view: PictureView = .whole) throws(PictureError) {
      reader = try PictureReader(width: side, height: side, resize: .squash)
      self.view = view
    }

    /// Returns the fingerprint of a frame.
    ///
    /// - Throws: `PictureError`.
    public func callAsFunction(_ frame: Frame) throws(PictureError) -> FrameFingerprint {
      FrameFingerprint(try frame.read(by: reader, view: view))
    }
  }

  /// Whether two frames differ by no more than ``usualDistance``.
  public func isNearlySame(as other: FrameFingerprint) -> Bool { distance(to: other) <= Self.usualDistance }

  /// Returns the mean difference of the channels, from 0 to 1.
  public func distance(to other: FrameFingerprint) -> Double {
    guard pixels.count == other.pixels.count, !pixels.isEmpty else { return 1 }
    let sum = pixels.withUnsafeBufferPointer { one in
      other.pixels.withUnsafeBufferPointer { other in
        var sum: UInt32 = 0
        for index in one.indices { sum &+= UInt32(max(one[index], other[index]) - min(one[index], other[index])) }
        return sum
      }
    }
    return Double(sum) / Double(255 * pixels.count)
  }
}
