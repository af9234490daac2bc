import CTorch
public import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// libtorch, opened at run time through the library that `scripts/build-torch` builds.
///
/// Without it the package still builds, and everything but training works.
public struct TorchLibrary: @unchecked Sendable {
  /// The environment variable with the path of the library or of its folder.
  package static let variable = "IMPRINT_TORCH"

  #if canImport(Darwin)
    package static let fileName = "libImprintTorch.dylib"
  #else
    package static let fileName = "libImprintTorch.so"
  #endif

  // C functions may be called from any thread; the compiler does not know that.
  let functions: torch_functions

  /// Opens the library.
  ///
  /// Searches `$IMPRINT_TORCH` (the path of the library or of its folder), the folder `.runtime` of the checkout that
  /// the program was built in, `lib/imprint` beside the folder of the installed program, and last the paths of the
  /// system's loader.
  ///
  /// - Throws: ``TorchError/notInstalled(tried:)`` and ``TorchError/otherVersion(path:)``.
  public init() throws(TorchError) {
    var reasons: [String] = []
    let location = LibraryLocation(of: Self.fileName, variable: Self.variable)
    for candidate in location.candidates {
      let table: UnsafePointer<torch_functions>?
      do throws(SharedLibraryError) {
        let library = try location.open(candidate)
        table = try library.function(
          "imprint_torch_functions", as: (@convention(c) () -> UnsafePointer<torch_functions>?).self)()
      } catch {
        reasons.append(error.description)
        continue
      }
      guard let table, table.pointee.version == Int32(TORCH_BRIDGE_VERSION) else {
        throw .otherVersion(path: candidate)
      }
      functions = table.pointee
      return
    }
    throw .notInstalled(tried: reasons)
  }

  /// Whether a readable library file exists. Nothing is opened.
  public static var isInstalled: Bool {
    LibraryLocation(of: fileName, variable: variable).candidates.contains { $0.hasPrefix("/") && access($0, R_OK) == 0 }
  }

  /// The version of libtorch, such as `1.13.1`.
  public var version: String { functions.torch_version().map { String(cString: $0) } ?? "" }

  /// The number of CUDA devices.
  public var deviceCount: Int { Int(functions.device_count()) }

  /// Returns the error of the last operation on this thread.
  func failure(to task: String) -> TorchError {
    .failed(to: task, message: functions.error().map { String(cString: $0) } ?? "")
  }

  /// Throws libtorch's error if the status of an operation is 0.
  func check(_ status: Int32, to task: String) throws(TorchError) {
    guard status != 0 else { throw failure(to: task) }
  }
}

/// Why libtorch cannot be used, or why an operation failed.
public struct TorchError: DescribedError {
  /// The kinds of error.
  public enum Code: String, Sendable {
    case notInstalled, otherVersion, noDevice, failed
  }

  public let code: Code
  public let message: String
  public let remedy: String?

  /// The library that connects this package to libtorch cannot be opened; `tried` holds the reason for each place.
  public static func notInstalled(tried: [String]) -> Self {
    Self(
      code: .notInstalled, message: "training needs libtorch, which is not installed: \(tried.joined(separator: "; "))",
      remedy: """
        install libtorch and run scripts/build-torch, or set \(TorchLibrary.variable) to the path of \
        \(TorchLibrary.fileName)
        """)
  }

  /// The library was built from another version of this package.
  public static func otherVersion(path: String) -> Self {
    Self(
      code: .otherVersion, message: "\(path) was built from another version of Imprint",
      remedy: "run scripts/build-torch")
  }

  /// There is no CUDA device of this index.
  public static func noDevice(_ device: Int, count: Int) -> Self {
    count == 0
      ? Self(
        code: .noDevice, message: "libtorch finds no CUDA device",
        remedy: "train on the processor, or install a libtorch with CUDA")
      : Self(code: .noDevice, message: "there is no CUDA device \(device): the last is \(count - 1)", remedy: nil)
  }

  /// An operation failed: `task` names it, and `message` is libtorch's message.
  public static func failed(to task: String, message: String) -> Self {
    Self(code: .failed, message: "libtorch could not \(task): \(message)", remedy: nil)
  }
}
