extension Bytes {
  /// Whether the bytes end as a zip does: with the record that says where its list of files is, and a comment of the
  /// length that the record names. Readers find a zip from this end, so that it can follow other data.
  var endsAsZip: Bool {
    let recordCount = 22
    guard count >= recordCount else { return false }
    return withUnsafeBytes { bytes in
      for comment in 0...Swift.min(0xFFFF, count - recordCount) {
        let record = count - recordCount - comment
        if bytes[record] == 0x50, bytes[record + 1] == 0x4B, bytes[record + 2] == 5, bytes[record + 3] == 6,
          Int(bytes[record + 20]) | Int(bytes[record + 21]) << 8 == comment
        {
          return true
        }
      }
      return false
    }
  }
}
