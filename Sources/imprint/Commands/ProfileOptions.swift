import ArgumentParser
import Heads
import Imprinting
import Inference

/// Whether a command tells where its time goes.
struct ProfileOptions: ParsableArguments {
  @Flag(help: "Show where the time went: reading, decoding, resizing, inference and the rest.")
  var profile = false

  /// A profile that begins now, or nil where none is wanted.
  func begin() -> Profile? { profile ? Profile() : nil }
}
