public import CImprint
import Command
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import Pictures

/// The values of options; see `imprint.h`.
struct Settings: Sendable {
  var threads: Int?
  var arithmetic: Arithmetic?
  var device = Device.automatic
  var isCached = true
  var mean: [Float]?
  var deviation: [Float]?
  var labels: Labels?
  var resize: Resize?
  var augmentation: Augmentation?
  var testTimeAugmentation = Augmentation.off
  var unknown = UnknownAnswers.asTaught
  var method: (any HeadMethod)?
  var keepsClasses = false
  var budget: Int?
  var trial: [String] = []

  /// Sets an option.
  ///
  /// - Throws: ``InvalidArgument`` for a name that is not known and for a value that does not suit it.
  mutating func set(_ name: String, to value: String) throws {
    func needed<Value>(_ read: Value?, _ words: String) throws(InvalidArgument) -> Value {
      guard let read else { throw InvalidArgument("the option \(name) is \"\(value)\"; it takes \(words)") }
      return read
    }
    switch name {
    case "threads": threads = try needed(Int(value).flatMap { $0 > 0 ? $0 : nil }, "a number above 0")
    case "arithmetic": arithmetic = value == "auto" ? nil : try needed(Arithmetic(value), "auto, exact or int8")
    case "device":
      device = try needed(Device(value), "auto, cpu, edgetpu, or edgetpu: followed by a device such as usb:0")
    case "cache": isCached = try needed(Self.flags[value], "on or off")
    case "mean": mean = try needed(Self.numbers(value), "one number, or three separated by commas")
    case "std": deviation = try needed(Self.numbers(value), "one number, or three separated by commas")
    case "labels": labels = Labels(text: value)
    case "resize": resize = try needed(Resize(value), Resize.words)
    case "augment": augmentation = try needed(Augmentation(value), "none, five or thirteen")
    case "test-time-augmentation": testTimeAugmentation = try needed(Augmentation(value), "none, five or thirteen")
    case "unknown":
      unknown =
        value == "never" ? .never : .atRate(try needed(Double(value), "a number from 0 to less than 1, or never"))
    case "method":
      method = try needed(HeadMethods.named(value), HeadMethods.names.joined(separator: ", "))
    case "keep-classes": keepsClasses = try needed(Self.flags[value], "yes or no")
    case "budget": budget = try needed(Int(value).flatMap { $0 >= 0 ? $0 : nil }, "a number of bytes")
    case "trial": trial = value.split(whereSeparator: \.isNewline).map(String.init)
    default: throw InvalidArgument("there is no option \(name)")
    }
  }

  private static let flags = ["yes": true, "on": true, "no": false, "off": false]

  private static func numbers(_ text: String) -> [Float]? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
      Float(part.filter { !$0.isWhitespace })
    }
    return numbers.contains { $0 == nil } ? nil : numbers.compactMap { $0 }
  }

  /// The cache of the embeddings of picture files; nil for none.
  var embeddingCache: EmbeddingCache? { isCached ? EmbeddingCache() : nil }

  /// How to run models.
  ///
  /// - Throws: ``InvalidArgument``, `SurgeryError` for an impossible normalisation.
  func execution() throws -> Execution {
    var normalization: PictureNormalization?
    switch (mean, deviation) {
    case (let mean?, let deviation?): normalization = try PictureNormalization(mean: mean, deviation: deviation)
    case (nil, nil): break
    default: throw InvalidArgument("the options mean and std belong together: set both")
    }
    Runtime.prepare()
    return Execution(
      threads: threads, arithmetic: arithmetic, device: device, cache: isCached ? ModelCache() : nil,
      kernels: .wanted, normalization: normalization, trial: trial.isEmpty ? nil : ModelTrial.run(by: trial))
  }
}

/// Options that C code sets by name.
final class Options: Handle {
  var settings = Settings()

  /// Returns the settings of options; the defaults for NULL.
  static func settings(_ pointer: OpaquePointer?) throws -> Settings {
    guard pointer != nil else { return Settings() }
    return try Handle.borrow(pointer, as: Options.self).settings
  }
}

@_cdecl("imprint_options_create")
public func createOptions() -> OpaquePointer? { Options().handedOver() }

@_cdecl("imprint_options_set")
public func setOption(
  _ options: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    try Handle.borrow(options, as: Options.self).settings.set(text(name, "name"), to: text(value, "value"))
  }
}

@_cdecl("imprint_options_free")
public func freeOptions(_ options: OpaquePointer?) { Handle.free(options) }
