import ArgumentParser
import LiteRT

/// How many threads a command uses.
struct ThreadOptions: ParsableArguments {
  @Option(help: "How many threads to use. (default: one a core)")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); it takes a number from 1 to 1024")
    }
    OpenBLASSettings(threads: threads, processor: .current).apply()
  }
}
