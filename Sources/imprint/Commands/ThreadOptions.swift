import ArgumentParser

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How many threads a command uses.
struct ThreadOptions: ParsableArguments {
  @Option(help: "How many threads to use. (default: one a core)")
  var threads: Int?

  func validate() throws {
    guard let threads else { return }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads); it takes a number from 1 to 1024")
    }
    // OpenBLAS asks for it when it is opened, which is when a head is solved for; what the user has set before stands.
    setenv("OPENBLAS_NUM_THREADS", "\(threads)", 0)
  }
}
