import Heads
import LiteRT
import TFLite

/// How Edge TPUs are used, where a model is run on them.
public struct EdgeTPUUse: Sendable {
  /// Tries a library out before it lists devices in this process, with a model's file and those devices that are meant,
  /// and throws what is wrong with it.
  public typealias Trial = @Sendable (EdgeTPULibrary, Bytes, EdgeTPUChoice) throws -> Void

  /// The path of the library that drives them; nil for ``/LiteRT/EdgeTPULibrary/init()``'s.
  public var library: String?
  /// How each is used.
  public var settings: EdgeTPUSettings
  /// Tries the library out; nil to trust it. A library that was built for another runtime can end the process, which only a
  /// process of its own finds out without harm: ``/LiteRT/EdgeTPU/tryOut(_:)`` is what to do in it.
  public var trial: Trial?

  /// - Parameters:
  ///   - library: The path of the library; by default `$IMPRINT_EDGETPU`, or what the system's loader finds.
  ///   - settings: How each device is used.
  ///   - trial: Tries the library out; by default it is trusted.
  public init(library: String? = nil, settings: EdgeTPUSettings = EdgeTPUSettings(), trial: Trial? = nil) {
    self.library = library
    self.settings = settings
    self.trial = trial
  }

  /// The devices that are meant by a choice, once the library was tried out.
  ///
  /// - Throws: `EdgeTPUError`, and what the trial throws.
  func devices(_ choice: EdgeTPUChoice, for file: Bytes) throws -> [EdgeTPU] {
    let opened = try library.map { try EdgeTPULibrary(path: $0) } ?? EdgeTPULibrary()
    try trial?(opened, file, choice)
    return try opened.devices(choice).map { EdgeTPU($0, library: opened, settings: settings) }
  }
}
