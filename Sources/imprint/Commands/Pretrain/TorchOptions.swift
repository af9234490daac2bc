import ArgumentParser
import Torch

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where libtorch computes.
struct TorchOptions: ParsableArguments {
  @Option(help: "Where to compute: cpu, or cuda, or cuda:N where there are several.")
  var device = "cpu"

  @OptionGroup var work: ThreadOptions

  func validate() throws { _ = try number() }

  /// How many threads.
  var threads: Int { work.threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// The number of the CUDA device, or nil for the processor.
  func number() throws -> Int? {
    switch device {
    case "cpu": return nil
    case "cuda": return 0
    default:
      guard device.hasPrefix("cuda:"), let number = Int(device.dropFirst("cuda:".count)), number >= 0 else {
        throw ValidationError("--device is \"\(device)\"; it takes cpu, cuda or cuda:N")
      }
      return number
    }
  }
}
