import Testing

@testable import Pictures

/// Whether the libraries that decode pictures are on this machine.
enum Libraries {
  static let hasTurboJPEG = if case .success = TurboJPEG.shared { true } else { false }
  static let hasVips = if case .success = Vips.shared { true } else { false }

  static let turboJPEGNeed: Comment = "needs libturbojpeg (Debian's libturbojpeg0)"
  static let vipsNeed: Comment = "needs libvips (Debian's libvips42)"
}
