import CImprint
import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An object that C code holds by an opaque pointer, and frees.
class Handle {
  /// Returns the object behind a pointer.
  ///
  /// - Throws: ``InvalidArgument`` for NULL and for a handle of another type.
  static func borrow<Object: Handle>(_ pointer: OpaquePointer?, as type: Object.Type) throws(InvalidArgument) -> Object
  {
    guard let pointer else { throw InvalidArgument("a handle is NULL") }
    let object = Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
    guard let object = object as? Object else { throw InvalidArgument("a handle is of another type") }
    return object
  }

  /// Returns the object behind a pointer, or nil for NULL and for a handle of another type.
  static func find<Object: Handle>(_ pointer: OpaquePointer?, as type: Object.Type) -> Object? {
    try? borrow(pointer, as: type)
  }

  /// Releases the object behind a pointer.
  static func free(_ pointer: OpaquePointer?) {
    guard let pointer else { return }
    Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }

  /// Returns a pointer that keeps the object alive until it is freed.
  func handedOver() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self as Handle).toOpaque()) }
}

/// Text for C, which lives as long as the object.
final class CText: Sendable {
  nonisolated(unsafe) let pointer: UnsafePointer<CChar>

  init(_ text: String) {
    // Text ends at its first NUL.
    let bytes = text.utf8.prefix { $0 != 0 }
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for (place, byte) in bytes.enumerated() { memory[place] = CChar(bitPattern: byte) }
    memory[bytes.count] = 0
    pointer = UnsafePointer(memory)
  }

  deinit { pointer.deallocate() }
}

/// An argument that is NULL or makes no sense.
struct InvalidArgument: Error {
  let message: String

  init(_ message: String) { self.message = message }
}

/// The process in which the library was first used.
enum FirstProcess {
  private static let identifier = getpid()

  /// - Throws: ``Forked`` in a child process, which has none of the threads that the library started.
  static func check() throws(Forked) {
    guard identifier == getpid() else { throw Forked() }
  }

  struct Forked: Error {}
}

/// The error that a call stores for its caller.
final class Failure: Handle {
  let message: CText
  let remedy: CText?
  let identifier: CText

  init(message: String, remedy: String?, identifier: String) {
    self.message = CText(message)
    self.remedy = remedy.map { CText($0) }
    self.identifier = CText(identifier)
  }
}

/// Does the work of a call, and returns its status; an error is stored for the caller.
func attempt(_ stored: UnsafeMutablePointer<OpaquePointer?>?, _ work: () throws -> Void) -> imprint_status {
  stored?.pointee = nil
  do {
    try FirstProcess.check()
    try work()
    return IMPRINT_OK
  } catch {
    let (status, failure) = outcome(of: error)
    stored?.pointee = failure.handedOver()
    return status
  }
}

private func outcome(of error: any Error) -> (imprint_status, Failure) {
  switch error {
  case let error as InvalidArgument:
    (IMPRINT_INVALID, Failure(message: error.message, remedy: nil, identifier: "InvalidArgument"))
  case is CancellationError:
    (IMPRINT_CANCELLED, Failure(message: "the work was stopped", remedy: nil, identifier: "Cancelled"))
  case is FirstProcess.Forked:
    (
      IMPRINT_FORKED,
      Failure(
        message: "this process is a fork of one that had used Imprint, whose threads it does not have",
        remedy: "start processes by 'spawn' or 'forkserver', or use Imprint only after the fork", identifier: "Forked")
    )
  case let error as LocatedError:
    located(error)
  case let error as any DescribedError:
    (IMPRINT_FAILED, Failure(message: error.message, remedy: error.remedy, identifier: error.identifier))
  default:
    (IMPRINT_FAILED, Failure(message: "\(error)", remedy: nil, identifier: "\(type(of: error))"))
  }
}

private func located(_ located: LocatedError) -> (imprint_status, Failure) {
  let error = located.error
  return (
    IMPRINT_FAILED,
    Failure(message: "\(located.path): \(error.message)", remedy: error.remedy, identifier: error.identifier)
  )
}

/// An error about a file whose message does not name it.
struct LocatedError: Error {
  let path: String
  let error: any DescribedError
}

/// Returns an argument that must not be NULL.
func required<Value>(_ argument: Value?, _ name: String) throws(InvalidArgument) -> Value {
  guard let argument else { throw InvalidArgument("\(name) is NULL") }
  return argument
}

/// Returns text in UTF-8 that must not be NULL.
func text(_ argument: UnsafePointer<CChar>?, _ name: String) throws(InvalidArgument) -> String {
  guard let text = String(validatingCString: try required(argument, name)) else {
    throw InvalidArgument("\(name) is not UTF-8")
  }
  return text
}

/// Returns a list of texts.
func texts(
  _ argument: UnsafePointer<UnsafePointer<CChar>?>?, count: Int, _ name: String
) throws(InvalidArgument) -> [String] {
  guard count > 0 else { return [] }
  let list = try required(argument, name)
  var texts: [String] = []
  texts.reserveCapacity(count)
  for place in 0..<count { texts.append(try text(list[place], "\(name)[\(place)]")) }
  return texts
}

@_cdecl("imprint_error_message")
public func errorMessage(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  Handle.find(error, as: Failure.self)?.message.pointer
}

@_cdecl("imprint_error_remedy")
public func errorRemedy(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  Handle.find(error, as: Failure.self)?.remedy?.pointer
}

@_cdecl("imprint_error_identifier")
public func errorIdentifier(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  Handle.find(error, as: Failure.self)?.identifier.pointer
}

@_cdecl("imprint_error_free")
public func freeError(_ error: OpaquePointer?) { Handle.free(error) }
