#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// An error with a message and a remedy for people, and a stable identifier for programs.
///
/// ``message`` and ``remedy`` begin in lower case and end without a full stop, so that a program can embed them in a
/// sentence. Neither names an option of a command. A program with options can choose a remedy for them by ``identifier``.
public protocol DescribedError: LocalizedError, CustomStringConvertible, Sendable, Hashable {
  /// The codes of the errors of this type.
  associatedtype Code: RawRepresentable & Hashable & Sendable where Code.RawValue == String

  /// The code of this error.
  var code: Code { get }
  /// What is wrong, in one sentence that names the file, class or value in question.
  var message: String { get }
  /// What to do about it, or nil if there is no remedy.
  var remedy: String? { get }
}

extension DescribedError {
  /// The error's type and code, such as `PictureError.corrupt`: stable from version to version.
  public var identifier: String { "\(Self.self).\(code.rawValue)" }

  /// The message and, after a semicolon, the remedy.
  public var description: String { remedy.map { "\(message); \($0)" } ?? message }

  public var errorDescription: String? { description }
  public var failureReason: String? { message }
  public var recoverySuggestion: String? { remedy }
  public var helpAnchor: String? { nil }
}
