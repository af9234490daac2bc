import LiteRT

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What OpenBLAS is told about, by environment variables, before it is opened, which is when a head is solved for.
struct OpenBLASSettings: Hashable {
  /// The variables' names and values.
  let variables: [String: String]

  /// - Parameters:
  ///   - threads: How many threads to use, or nil for one a core.
  ///   - processor: What it runs on.
  init(threads: Int?, processor: Processor) {
    var variables: [String: String] = [:]
    if let threads { variables["OPENBLAS_NUM_THREADS"] = "\(threads)" }
    // Releases that are older than such a processor take the kernels of the newest one by AMD that they know, with half as
    // wide vectors. One that is built for a single kind of processor has nothing to choose.
    if processor.maker == "AuthenticAMD", processor.hasWideVectors { variables["OPENBLAS_CORETYPE"] = "SkylakeX" }
    self.variables = variables
  }

  /// Sets the variables, but those that the user has set.
  func apply() {
    for (name, value) in variables { setenv(name, value, 0) }
  }
}
