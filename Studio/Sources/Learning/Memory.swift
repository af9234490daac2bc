import Foundation

/// The memory of the process.
enum Memory {
  /// Gives memory back to the system that a large computation used: glibc's allocator would keep it.
  static func giveBack() {
    #if os(Linux)
      // Swift's Glibc module lacks `malloc_trim`; other C libraries have no such function.
      typealias Trim = @convention(c) (Int) -> Int32
      guard let symbol = dlsym(nil, "malloc_trim") else { return }
      _ = unsafeBitCast(symbol, to: Trim.self)(0)
    #endif
  }
}
