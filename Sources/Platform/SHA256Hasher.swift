#if canImport(CryptoKit)
  import CryptoKit

  /// Computes a SHA-256 digest piece by piece, with CryptoKit.
  package struct SHA256Hasher: ~Copyable {
    private var hash = SHA256()

    /// Begins a digest.
    package init() throws(SharedLibraryError) {}

    /// Appends bytes to those added so far.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Returns the digest of all bytes added.
    package consuming func finalize() -> SHA256Digest { SHA256Digest(bytes: Array(hash.finalize())) }
  }
#else
  /// Computes a SHA-256 digest piece by piece, with the system's libcrypto (OpenSSL 3), which is opened on first use.
  ///
  /// It calls `SHA256_Init` and its companions instead of `EVP_Digest…`, because they need no set-up of OpenSSL's providers.
  /// The set-up takes 5 ms, longer than the digest of a model. OpenSSL 3 deprecates these functions in its headers, but its
  /// binary interface still has them.
  package struct SHA256Hasher: ~Copyable {
    private let functions: LibcryptoFunctions
    // A SHA256_CTX, which has 112 bytes.
    private let context: UnsafeMutableRawPointer

    /// Begins a digest.
    ///
    /// - Throws: ``SharedLibraryError`` where libcrypto cannot be opened.
    package init() throws(SharedLibraryError) {
      functions = try LibcryptoFunctions.shared.get()
      context = .allocate(byteCount: 256, alignment: 16)
      _ = functions.begin(context)
    }

    deinit { context.deallocate() }

    /// Appends bytes to those added so far.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      guard bytes.count > 0 else { return }
      _ = functions.update(context, bytes.baseAddress, bytes.count)
    }

    /// Returns the digest of all bytes added.
    package consuming func finalize() -> SHA256Digest {
      var digest = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
      digest.withUnsafeMutableBufferPointer { _ = functions.finish($0.baseAddress, context) }
      return SHA256Digest(bytes: digest)
    }
  }

  /// The functions of OpenSSL's `sha.h` that compute a SHA-256 digest.
  private struct LibcryptoFunctions: Sendable {
    typealias Begin = @convention(c) (UnsafeMutableRawPointer) -> Int32
    typealias Update = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer?, Int) -> Int32
    typealias Finish = @convention(c) (UnsafeMutablePointer<UInt8>?, UnsafeMutableRawPointer) -> Int32

    let begin: Begin
    let update: Update
    let finish: Finish

    /// The library is opened once. If that fails, every use throws the same error.
    static let shared = Result { () throws(SharedLibraryError) in try LibcryptoFunctions() }

    private init() throws(SharedLibraryError) {
      let library: SharedLibrary
      do {
        library = try SharedLibrary(firstOf: SharedLibrary.names("crypto", version: 3))
      } catch {
        throw .cannotOpen(
          path: "libcrypto.so.3", reason: "OpenSSL 3 is needed; on Debian and Ubuntu install libssl3 (\(error.message))"
        )
      }
      begin = try library.function("SHA256_Init", as: Begin.self)
      update = try library.function("SHA256_Update", as: Update.self)
      finish = try library.function("SHA256_Final", as: Finish.self)
    }
  }
#endif
