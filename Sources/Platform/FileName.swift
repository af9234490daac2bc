/// The text of a name that the system gives as bytes.
///
/// On Linux a name is any bytes but zeros and slashes. A `URL` holds text: where the bytes are no UTF-8, it would name
/// another file.
package struct FileName: Sendable, Hashable {
  /// The name; where it is no UTF-8, each byte outside ASCII is written as `\xe9`.
  package let text: String
  /// Whether ``text`` names the file.
  package let isUTF8: Bool

  /// Reads the bytes up to a zero.
  package init(_ bytes: UnsafePointer<CChar>) {
    if let text = String(validatingCString: bytes) {
      (self.text, isUTF8) = (text, true)
      return
    }
    var text = ""
    var place = bytes
    while place.pointee != 0 {
      let byte = UInt8(bitPattern: place.pointee)
      if byte < 0x80 {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + String(byte, radix: 16)
      }
      place += 1
    }
    (self.text, isUTF8) = (text, false)
  }
}
