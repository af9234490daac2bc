/// The system's library of linear algebra.
public enum LinearAlgebraLibrary {
  /// Opens the library, if that has not been done.
  ///
  /// - Throws: ``LinearAlgebraError/libraryMissing(reason:)``, ``LinearAlgebraError/noRoom(megabytes:threads:)``.
  public static func check() throws(LinearAlgebraError) { _ = try Routines.get() }
}
