#if canImport(CryptoKit)
  import CryptoKit

  /// Computes a SHA-256 digest piece by piece, with CryptoKit.
  package struct SHA256Hasher: ~Copyable {
    private var hash = SHA256()

    /// Begins a digest.
    package init() throws(SharedLibraryError) {}

    /// Adds bytes behind those added so far.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

    /// Returns the digest of all bytes added.
    package consuming func finalize() -> SHA256Digest { SHA256Digest(bytes: Array(hash.finalize())) }
  }
#else
  /// Computes a SHA-256 digest piece by piece, with the system's libcrypto (OpenSSL 3), which is opened on first use.
  package struct SHA256Hasher: ~Copyable {
    private let functions: LibcryptoFunctions
    private let context: OpaquePointer

    /// Begins a digest.
    ///
    /// - Throws: ``SharedLibraryError`` where libcrypto cannot be opened, or refuses to compute SHA-256.
    package init() throws(SharedLibraryError) {
      let functions = try LibcryptoFunctions.shared.get()
      self.init(functions: functions, context: try functions.beginSHA256())
    }

    private init(functions: LibcryptoFunctions, context: OpaquePointer) {
      self.functions = functions
      self.context = context
    }

    deinit { functions.freeContext(context) }

    /// Adds bytes behind those added so far.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      guard bytes.count > 0 else { return }
      _ = functions.update(context, bytes.baseAddress, bytes.count)
    }

    /// Returns the digest of all bytes added.
    package consuming func finalize() -> SHA256Digest {
      var digest = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
      digest.withUnsafeMutableBufferPointer { _ = functions.finish(context, $0.baseAddress, nil) }
      return SHA256Digest(bytes: digest)
    }
  }

  /// The functions of OpenSSL's `evp.h` that compute a digest.
  private struct LibcryptoFunctions: Sendable {
    typealias MakeContext = @convention(c) () -> OpaquePointer?
    typealias FreeContext = @convention(c) (OpaquePointer?) -> Void
    typealias Algorithm = @convention(c) () -> OpaquePointer?
    typealias Begin = @convention(c) (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32
    typealias Update = @convention(c) (OpaquePointer?, UnsafeRawPointer?, Int) -> Int32
    typealias Finish =
      @convention(c) (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt32>?) -> Int32

    let makeContext: MakeContext
    let freeContext: FreeContext
    let sha256: Algorithm
    let begin: Begin
    let update: Update
    let finish: Finish

    /// Opened once; an error stays the same error.
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
      makeContext = try library.function("EVP_MD_CTX_new", as: MakeContext.self)
      freeContext = try library.function("EVP_MD_CTX_free", as: FreeContext.self)
      sha256 = try library.function("EVP_sha256", as: Algorithm.self)
      begin = try library.function("EVP_DigestInit_ex", as: Begin.self)
      update = try library.function("EVP_DigestUpdate", as: Update.self)
      finish = try library.function("EVP_DigestFinal_ex", as: Finish.self)
    }

    /// Returns a new context in which a SHA-256 digest has begun.
    func beginSHA256() throws(SharedLibraryError) -> OpaquePointer {
      guard let context = makeContext() else { throw Self.refusal }
      guard begin(context, sha256(), nil) == 1 else {
        freeContext(context)
        throw Self.refusal
      }
      return context
    }

    private static var refusal: SharedLibraryError {
      .cannotOpen(path: "libcrypto.so.3", reason: "it does not compute SHA-256")
    }
  }
#endif
