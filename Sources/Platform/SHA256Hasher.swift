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
  import CDigest

  /// Computes a SHA-256 digest piece by piece: with the processor's own instructions, else with the system's libcrypto
  /// (OpenSSL 3), which knows more processors, and where there is none with portable code.
  ///
  /// It calls libcrypto's `SHA256_Init` and its companions instead of `EVP_Digest…`, because they need no set-up of OpenSSL's
  /// providers. The set-up takes 5 ms, longer than the digest of a model. OpenSSL 3 deprecates these functions in its headers,
  /// but its binary interface still has them.
  package struct SHA256Hasher: ~Copyable {
    private let functions: DigestFunctions
    // A SHA256_CTX, which has 112 bytes, or a CDigestContext.
    private let context: UnsafeMutableRawPointer

    /// Begins a digest.
    package init() throws(SharedLibraryError) {
      functions = DigestFunctions.shared
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

  /// The functions of OpenSSL's `sha.h` that compute a SHA-256 digest, or those of CDigest in their place.
  private struct DigestFunctions: Sendable {
    typealias Begin = @convention(c) (UnsafeMutableRawPointer) -> Int32
    typealias Update = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer?, Int) -> Int32
    typealias Finish = @convention(c) (UnsafeMutablePointer<UInt8>?, UnsafeMutableRawPointer) -> Int32

    let begin: Begin
    let update: Update
    let finish: Finish

    /// The functions of this process. libcrypto is not opened where it would not be faster: that takes 2 ms.
    static let shared = CDigestIsFast() != 0 ? own : (try? DigestFunctions(libcrypto: ())) ?? own

    private static let own = DigestFunctions(
      begin: { CDigestBegin($0) }, update: { CDigestUpdate($0, $1, $2) }, finish: { CDigestFinish($0, $1) })

    private init(begin: Begin, update: Update, finish: Finish) {
      self.begin = begin
      self.update = update
      self.finish = finish
    }

    private init(libcrypto: Void) throws(SharedLibraryError) {
      let library = try SharedLibrary(firstOf: SharedLibrary.names("crypto", version: 3))
      begin = try library.function("SHA256_Init", as: Begin.self)
      update = try library.function("SHA256_Update", as: Update.self)
      finish = try library.function("SHA256_Final", as: Finish.self)
    }
  }
#endif
