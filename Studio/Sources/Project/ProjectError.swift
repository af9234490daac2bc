public import Foundation

/// Why something cannot be done with a project.
public struct ProjectError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  /// The codes of the errors.
  public enum Code: String, Sendable {
    case badName, sameName, noClass, noPicture, noStep, noVersion, inUse, cannotOpen, cannotWrite, fullDisk, notAPicture
    case otherClass, tooLarge, badArchive, nothingTaught, cannotUndo, noCompiler, notCompiled
    case sameFile, noFile
  }

  public let code: Code
  /// What is wrong, in a sentence without a full stop.
  public let message: String
  /// What to do about it, if anything can be done.
  public let remedy: String?

  public var description: String { remedy.map { "\(message); \($0)" } ?? message }
  public var errorDescription: String? { description }

  init(_ code: Code, _ message: String, remedy: String? = nil) {
    (self.code, self.message, self.remedy) = (code, message, remedy)
  }

  /// A name cannot be that of a class.
  public static func badName(_ name: String, because reason: String) -> Self {
    Self(.badName, "\"\(name.prefix(60))\" cannot be the name of a class: \(reason)", remedy: "choose another name")
  }

  /// Another class has the name.
  public static func sameName(_ name: String) -> Self {
    Self(.sameName, "there is a class \"\(name)\" already", remedy: "merge the classes, or choose another name")
  }

  /// There is no class of this number.
  public static func noClass(_ id: Int64) -> Self {
    Self(.noClass, "there is no class \(id) any more", remedy: "look at the project again")
  }

  /// There is no picture of this number.
  public static func noPicture(_ id: Int64) -> Self {
    Self(.noPicture, "there is no picture \(id) any more", remedy: "look at the project again")
  }

  /// There is nothing to undo or redo.
  public static let noStep = Self(.noStep, "there is nothing to take back or repeat")

  /// Another file is where a picture belongs.
  public static func sameFile(_ path: String) -> Self {
    Self(.sameFile, "there is another file \(path)", remedy: "move it away, and try again")
  }

  /// The file of a picture was removed outside.
  public static func noFile(_ name: String) -> Self { Self(.noFile, "the file \(name) of this picture is gone") }

  /// There is no version of this number.
  public static func noVersion(_ number: Int64) -> Self { Self(.noVersion, "there is no version \(number)") }

  /// A step cannot be undone, because something was changed outside.
  public static func cannotUndo(_ title: String, because reason: String) -> Self {
    Self(.cannotUndo, "\"\(title)\" cannot be taken back: \(reason)")
  }

  /// Another program has the project open.
  public static func inUse(_ folder: String) -> Self {
    Self(.inUse, "another studio has \(folder) open", remedy: "use its window, or close it first")
  }

  /// The project cannot be opened.
  public static func cannotOpen(_ folder: String, because reason: String) -> Self {
    Self(.cannotOpen, "\(folder) cannot be opened: \(reason)")
  }

  /// The same picture is in another class.
  public static func otherClass(_ name: String) -> Self {
    Self(.otherClass, "the same picture is in the class \"\(name)\"", remedy: "move it, if it belongs here")
  }

  /// The bytes are no picture that can be read.
  public static func notAPicture(_ name: String, because reason: String) -> Self {
    Self(.notAPicture, "\(name) cannot be read as a picture: \(reason)")
  }

  /// The picture is too large to be decoded here.
  public static func tooManyPixels(_ name: String, width: Int, height: Int) -> Self {
    Self(
      .tooLarge, "the picture \(name) has \(width)x\(height) pixels, which is more than 50 million",
      remedy: "make it smaller")
  }

  /// A file cannot be written.
  public static func cannotWrite(_ path: String, because reason: String) -> Self {
    Self(.cannotWrite, "\(path) cannot be written: \(reason)")
  }

  /// The disk is full.
  public static func fullDisk(_ path: String) -> Self {
    Self(.fullDisk, "\(path) cannot be written: the disk is full", remedy: "make room; nothing that was there is lost")
  }

  /// The archive cannot be read.
  public static func badArchive(_ reason: String) -> Self { Self(.badArchive, "the archive cannot be read: \(reason)") }

  /// The compiler for the Edge TPU is missing.
  public static let noCompiler = Self(
    .noCompiler, "Coral's edgetpu_compiler is not installed", remedy: "install it, and start the studio again")

  /// A model cannot be compiled for the Edge TPU.
  public static func notCompiled(because reason: String) -> Self {
    Self(.notCompiled, "the model was not compiled for the Edge TPU: \(reason)")
  }

  /// There are too few classes.
  public static let nothingTaught = Self(
    .nothingTaught, "a classifier needs pictures of two classes", remedy: "teach a second class, such as 'none'")

  /// Makes an error of a call of the system that failed.
  static func system(_ path: String, _ number: Int32) -> Self {
    number == ENOSPC || number == EDQUOT
      ? .fullDisk(path) : .cannotWrite(path, because: String(cString: strerror(number)))
  }
}
