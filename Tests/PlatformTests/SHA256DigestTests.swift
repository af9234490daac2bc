import CDigest
import Foundation
import Platform
import TestMaterial
import Testing

@Suite("SHA-256 digests")
struct SHA256DigestTests {
  @Test(
    "Computes the digests of the examples of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(text: String, digest: String) throws {
    #expect(try SHA256Digest(of: Array(text.utf8)).hexadecimal == digest)
  }

  @Test("Bytes added in pieces of any length have the digest of all bytes")
  func pieces() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    var hasher = try SHA256Hasher()
    var start = 0
    var length = 0
    while start < bytes.count {
      let end = min(start + length, bytes.count)
      bytes[start..<end].withUnsafeBytes { hasher.update($0) }
      (start, length) = (end, length * 2 + 1)
    }
    #expect(
      hasher.finalize().hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test("The processor's instructions and the portable code give the same digests of any length")
  func portable() throws {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 7) }
    for length in 0...300 {
      let digests = [false, true].map { isPortable in
        var context = CDigestContext()
        var digest = [UInt8](repeating: 0, count: 32)
        CDigestBegin(&context)
        if isPortable { context.isPortable = 1 }
        for start in stride(from: 0, to: length, by: 77) {
          let piece = Array(bytes[start..<min(start + 77, length)])
          CDigestUpdate(&context, piece, piece.count)
        }
        CDigestFinish(&digest, &context)
        return SHA256Digest(bytes: digest)
      }
      #expect(digests[0] == digests[1])
      #expect(try SHA256Digest(of: Array(bytes[..<length])) == digests[1])
    }
  }

  @Test("The digest of a file is that of its bytes; a folder or missing file has none")
  func files() throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("million")
    let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    try Data(bytes).write(to: file)
    #expect(try SHA256Digest(ofFile: file.path) == SHA256Digest(of: bytes))
    #expect(try SHA256Digest(ofFile: folder.url.path) == nil)
    #expect(try SHA256Digest(ofFile: folder.appending("none").path) == nil)
  }
}
