import CTorch
import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// libtorch, opened at run time through the library that `scripts/build-torch` makes.
///
/// The package builds, and everything but training works, where it is not installed.
public struct TorchLibrary: @unchecked Sendable {
  /// The variable that names the library, or the folder that holds it.
  package static let variable = "IMPRINT_TORCH"

  #if canImport(Darwin)
    package static let fileName = "libImprintTorch.dylib"
  #else
    package static let fileName = "libImprintTorch.so"
  #endif

  // C functions may be called from any thread; the compiler does not know it of imported ones.
  let functions: torch_functions

  /// Opens the library.
  ///
  /// It is looked for in `$IMPRINT_TORCH` (the library or the folder that holds it), in the folder `.runtime` of the
  /// checkout that the program was built in, in `lib/imprint` beside the folder of the installed program, and last where
  /// the system's loader looks.
  ///
  /// - Throws: ``TorchError/notInstalled(tried:)`` and ``TorchError/otherVersion(path:)``.
  public init() throws(TorchError) {
    var reasons: [String] = []
    for candidate in LibraryLocation(of: Self.fileName, variable: Self.variable).candidates {
      let table: UnsafePointer<torch_functions>?
      do throws(SharedLibraryError) {
        let library = try SharedLibrary(path: candidate)
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

  /// Whether there is a library to open, as far as files tell: nothing is opened.
  public static var isInstalled: Bool {
    LibraryLocation(of: fileName, variable: variable).candidates.contains { $0.hasPrefix("/") && access($0, R_OK) == 0 }
  }

  /// The version of libtorch, such as `1.13.1`.
  public var version: String { functions.torch_version().map { String(cString: $0) } ?? "" }

  /// How many CUDA devices there are.
  public var deviceCount: Int { Int(functions.device_count()) }

  /// The error of the last operation on this thread.
  func failure(to task: String) -> TorchError {
    .failed(to: task, message: functions.error().map { String(cString: $0) } ?? "")
  }

  /// Checks what an operation that gives no tensor answered.
  func check(_ answer: Int32, to task: String) throws(TorchError) {
    guard answer != 0 else { throw failure(to: task) }
  }
}
