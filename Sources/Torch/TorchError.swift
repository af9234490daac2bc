/// Why libtorch cannot be used, or did not do what it was asked for.
public enum TorchError: Error, Sendable, Hashable {
  /// The library through which libtorch is used could not be opened; `tried` holds a sentence for each place.
  case notInstalled(tried: [String])
  /// The library was built from another version of this package.
  case otherVersion(path: String)
  /// There is no such CUDA device.
  case noDevice(Int, count: Int)
  /// An operation failed: its name, and what libtorch said.
  case failed(to: String, message: String)
}

extension TorchError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notInstalled(let tried):
      """
      training needs libtorch, which is not there: \(tried.joined(separator: "; ")). Run scripts/setup --training in the \
      checkout, or set \(TorchLibrary.variable) to the path of \(TorchLibrary.fileName), which scripts/build-torch makes
      """
    case .otherVersion(let path):
      "\(path) was built from another version of Imprint: run scripts/build-torch"
    case .noDevice(let device, let count):
      count == 0
        ? "libtorch finds no CUDA device: leave out --device, or install a libtorch with CUDA"
        : "there is no CUDA device \(device): the last is \(count - 1)"
    case .failed(let task, let message):
      "libtorch could not \(task): \(message)"
    }
  }
}
