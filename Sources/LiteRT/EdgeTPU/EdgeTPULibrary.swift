import CEdgeTPU
import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The library that drives Edge TPUs, `libedgetpu.so.1`, opened at run time.
///
/// It runs in this process with all its rights: open only a library that you trust. A library that was built for
/// another runtime can crash; to test it safely, call ``EdgeTPU/tryOut(_:)`` in a child process.
public struct EdgeTPULibrary: @unchecked Sendable {
  /// The environment variable with the path of the library; if it is set, no other path is tried.
  public static let variable = "IMPRINT_EDGETPU"

  /// The library's name where the system's loader looks for it.
  public static var fileName: String { SharedLibrary.names("edgetpu", version: 1)[0] }

  /// Where the library was found, links resolved.
  public let path: String
  /// The version that the library reports.
  public let version: String

  // C function pointers may be called from any thread; the compiler does not know that.
  private let listDevices: CEdgeTPUListDevices
  private let freeDevices: CEdgeTPUFreeDevices
  private let setVerbosity: CEdgeTPUVerbosity
  private let create: CEdgeTPUCreatePlugin
  private let destroy: CEdgeTPUDestroyPlugin

  /// Opens the library that `$IMPRINT_EDGETPU` names, or else the one that the system's loader finds.
  ///
  /// - Throws: ``EdgeTPUError/libraryNotFound(reason:)``.
  public init() throws(EdgeTPUError) {
    let named = EnvironmentVariable.value(Self.variable)
    try self.init(firstOf: named.map { [$0] } ?? SharedLibrary.names("edgetpu", version: 1))
  }

  /// Opens a library.
  ///
  /// - Parameter path: Its path, or a bare name for the system's loader.
  /// - Throws: ``EdgeTPUError/libraryNotFound(reason:)``, also if the file is another library.
  public init(path: String) throws(EdgeTPUError) { try self.init(firstOf: [path]) }

  private init(firstOf paths: [String]) throws(EdgeTPUError) {
    do {
      let library = try SharedLibrary(firstOf: paths)
      listDevices = try library.function("edgetpu_list_devices", as: CEdgeTPUListDevices.self)
      freeDevices = try library.function("edgetpu_free_devices", as: CEdgeTPUFreeDevices.self)
      setVerbosity = try library.function("edgetpu_verbosity", as: CEdgeTPUVerbosity.self)
      create = try library.function("tflite_plugin_create_delegate", as: CEdgeTPUCreatePlugin.self)
      destroy = try library.function("tflite_plugin_destroy_delegate", as: CEdgeTPUDestroyPlugin.self)
      let version = try library.function("edgetpu_version", as: CEdgeTPUVersion.self)
      self.version = version().map { String(cString: $0) } ?? ""
      path = Image.path(containing: unsafeBitCast(create, to: UnsafeRawPointer.self)) ?? library.path
    } catch {
      throw .libraryNotFound(reason: error.description)
    }
  }

  /// The identity of this build of the library: its path, size, modification time and version.
  public var identity: String { "\(FileIdentity.words(for: path)) \(version)" }

  /// Returns the devices that are attached now, in the library's order.
  public func devices() -> [EdgeTPUDevice] {
    var count = 0
    guard let list = listDevices(&count) else { return [] }
    defer { freeDevices(list) }
    return UnsafeBufferPointer(start: list, count: min(count, Self.most)).map { device in
      EdgeTPUDevice(bus: device.type == 1 ? .usb : .pci, path: device.path.map { String(cString: $0) } ?? "")
    }
  }

  /// Returns the chosen devices.
  ///
  /// - Throws: ``EdgeTPUError/noDevice(library:)`` and ``EdgeTPUError/noSuchDevice(_:present:)``.
  public func devices(_ choice: EdgeTPUChoice) throws(EdgeTPUError) -> [EdgeTPUDevice] {
    let present = devices()
    guard !present.isEmpty else { throw .noDevice(library: path) }
    let chosen = choice.chosen(of: present)
    guard !chosen.isEmpty else { throw .noSuchDevice(choice, present: present) }
    return chosen
  }

  /// Returns a delegate for a device. The caller owns the delegate.
  func delegate(for device: EdgeTPUDevice, settings: EdgeTPUSettings) throws(EdgeTPUError) -> OpaquePointer {
    let present = devices()
    guard let place = present.firstIndex(of: device) else {
      throw present.isEmpty ? .noDevice(library: path) : .noSuchDevice(.path(device.path), present: present)
    }
    if let verbosity = settings.verbosity { setVerbosity(Int32(clamping: verbosity)) }
    // The library applies the settings only if the device is given by its index.
    let options = [(key: "device", value: ":\(place)")] + settings.options
    var keys = options.map { strdup($0.key) }
    var values = options.map { strdup($0.value) }
    defer { for text in keys + values { free(text) } }
    var complaint = [CChar](repeating: 0, count: 1024)
    let plugin = CEdgeTPUCreate(create, &keys, &values, options.count, &complaint, complaint.count)
    guard let plugin else {
      let words = complaint.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      throw .cannotOpen(device, reason: String(decoding: words, as: UTF8.self))
    }
    guard let delegate = CEdgeTPUMakeDelegate(plugin, destroy) else {
      destroy(plugin)
      throw .cannotOpen(device, reason: "out of memory")
    }
    return delegate
  }

  // More devices than any machine has: a larger count shows a broken library.
  private static let most = 256
}

extension EdgeTPULibrary: Hashable {
  public static func == (one: EdgeTPULibrary, other: EdgeTPULibrary) -> Bool { one.path == other.path }

  public func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
