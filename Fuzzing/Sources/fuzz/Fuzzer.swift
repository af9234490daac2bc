import Foundation

extension Harness {
  /// The harness that the environment names.
  static let chosen: Harness? = {
    let name = ProcessInfo.processInfo.environment["IMPRINT_HARNESS"]
    return all.first { $0.name == name }
  }()
}

/// The functions of libFuzzer, which the linker adds.
enum Fuzzer {
  /// Runs libFuzzer on the chosen harness; returns its status.
  static func run(_ arguments: [String]) -> Int32 {
    var count = Int32(arguments.count)
    var texts: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    return texts.withUnsafeMutableBufferPointer { texts in
      var start = texts.baseAddress
      return runDriver(&count, &start) { bytes, count in
        do {
          try Harness.chosen?.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
        } catch {
          fatalError("\(error)")
        }
        return 0
      }
    }
  }

  /// Changes bytes in place as libFuzzer does by itself; returns their new number.
  static func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, most: Int) -> Int {
    mutateBytes(bytes, count, most)
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

/// Changes an input: a model by its fields three times out of four, all else by its bytes. libFuzzer calls it.
@_cdecl("LLVMFuzzerCustomMutator")
func mutateInput(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: UInt32) -> Int {
  if Harness.chosen?.takesModels == true, seed % 4 != 0 {
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    if let changed = ModelMutation.changed(input, seed: seed), changed.count <= most {
      for (place, byte) in changed.enumerated() { bytes[place] = byte }
      return changed.count
    }
  }
  return Fuzzer.mutate(bytes, count, most: most)
}
