import CTorch

/// A store of keys and values that several processes share: libtorch's `TCPStore`, which one of them serves.
///
/// A value may be used from any thread, one call at a time.
public final class TorchStore: @unchecked Sendable {
  let reference: torch_store_ref
  private let library: TorchLibrary
  /// The host that serves the store, and its port.
  public let address: String
  public let port: Int

  /// Serves a store, or connects to one.
  ///
  /// - Parameters:
  ///   - address: The name or the address of the host that serves it.
  ///   - port: Its port.
  ///   - isServer: Whether this process serves it.
  ///   - limit: The longest time to wait for the connection, and later for an answer.
  /// - Throws: ``TorchError/failed(to:message:)``.
  public init(
    _ library: TorchLibrary, address: String, port: Int, isServer: Bool, limit: Duration
  ) throws(TorchError) {
    guard
      let reference = library.functions.open_store(
        address, Int32(clamping: port), isServer ? 1 : 0, limit / .seconds(1))
    else { throw library.failure(to: "open a store at \(address):\(port)") }
    self.library = library
    self.reference = reference
    self.address = address
    self.port = port
  }

  deinit { library.functions.close_store(reference) }

  /// Waits until something accepts connections at a port.
  ///
  /// - Throws: ``TorchError/failed(to:message:)`` if that does not happen in time, and `CancellationError`.
  public static func waitForServer(
    _ library: TorchLibrary, address: String, port: Int, limit: Duration, pause: () -> Void
  ) throws {
    let end = ContinuousClock().now + limit
    while library.functions.can_reach(address, Int32(clamping: port)) == 0 {
      let failure = library.failure(to: "connect to \(address):\(port)")
      try Task.checkCancellation()
      guard ContinuousClock().now < end else { throw failure }
      pause()
    }
  }

  /// Stores a value.
  public func set(_ key: String, _ value: String) throws(TorchError) {
    let bytes = Array(value.utf8)
    let status = bytes.withUnsafeBufferPointer { buffer in
      library.functions.store_set(reference, key, buffer.baseAddress, Int64(buffer.count))
    }
    try library.check(status, to: "store a value")
  }

  /// Returns a value, or nil if there is none.
  public func value(of key: String) throws(TorchError) -> String? {
    let isThere = library.functions.store_has(reference, key)
    guard isThere >= 0 else { throw library.failure(to: "read a stored value") }
    guard isThere > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 10)
    while true {
      let capacity = Int64(bytes.count)
      let size = bytes.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { library.functions.store_get(reference, key, $0, capacity) } ?? -1
      }
      guard size >= 0 else { throw library.failure(to: "read a stored value") }
      if size <= capacity { return String(decoding: bytes.prefix(Int(size)), as: UTF8.self) }
      // The value may have grown in between, so it is read again until it fits.
      bytes = [UInt8](repeating: 0, count: Int(size))
    }
  }

  /// Adds 1 to a number, which starts at 0, and returns it.
  public func count(_ key: String) throws(TorchError) -> Int {
    let sum = library.functions.store_add(reference, key, 1)
    guard sum != .min else { throw library.failure(to: "count in a store") }
    return Int(sum)
  }
}

extension TorchLibrary {
  /// Whether several processes can train one network: whether Gloo's headers were there when the bridge was built.
  public static var connectsProcesses: Bool {
    guard let library = try? TorchLibrary() else { return false }
    return (try? TorchStore(library, address: "127.0.0.1", port: 0, isServer: true, limit: .seconds(5))) != nil
  }
}
