#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// An error that tells a person what is wrong and what to do about it, and a program which error it is.
///
/// ``message`` and ``remedy`` begin in lower case and end without a full stop, so that a program can put words around
/// them. Neither names an option of a command: a program that has options words the remedy for them by ``identifier``.
public protocol DescribedError: LocalizedError, CustomStringConvertible, Sendable, Hashable {
  /// What distinguishes the errors of this type.
  associatedtype Code: RawRepresentable & Hashable & Sendable where Code.RawValue == String

  /// Which of the type's errors this is.
  var code: Code { get }
  /// What is wrong, in one sentence that names the thing.
  var message: String { get }
  /// What to do about it, where something can be done.
  var remedy: String? { get }
}

extension DescribedError {
  /// The error's type and code, such as `PictureError.corrupt`: stable from version to version.
  public var identifier: String { "\(Self.self).\(code.rawValue)" }

  /// The message and, behind a semicolon, the remedy.
  public var description: String { remedy.map { "\(message); \($0)" } ?? message }

  public var errorDescription: String? { description }
  public var failureReason: String? { message }
  public var recoverySuggestion: String? { remedy }
  public var helpAnchor: String? { nil }
}
