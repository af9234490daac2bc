import Testing

@testable import Platform

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite("File stamps")
struct FileStampTests {
  private func stamp(number: UInt64 = 1, size: Int = 10, written: Int, changed: Int, nanoseconds: Int = 0) -> FileStamp
  {
    var status = stat()
    status.st_ino = ino_t(number)
    status.st_size = off_t(size)
    let (first, second) = (
      timespec(tv_sec: time_t(written), tv_nsec: 0), timespec(tv_sec: time_t(changed), tv_nsec: nanoseconds)
    )
    #if canImport(Darwin)
      (status.st_mtimespec, status.st_ctimespec) = (first, second)
    #else
      (status.st_mtim, status.st_ctim) = (first, second)
    #endif
    return FileStamp(status)
  }

  @Test("Versions of a file differ in the time of the last change alone, to the nanosecond")
  func versions() {
    let stamp = stamp(written: 5, changed: 100)
    #expect(stamp == self.stamp(written: 5, changed: 100))
    for other in [
      self.stamp(number: 2, written: 5, changed: 100), self.stamp(size: 11, written: 5, changed: 100),
      self.stamp(written: 6, changed: 100), self.stamp(written: 5, changed: 100, nanoseconds: 1),
    ] {
      #expect(stamp.words != other.words)
    }
  }

  @Test(
    "A version is settled once its last change is more than three seconds old",
    arguments: [(5, 100, true), (5, 106, true), (5, 107, false), (107, 5, false), (5, 200, false), (5, 0, false)])
  func settled(written: Int, changed: Int, expected: Bool) {
    let time = FileStamp.Time(seconds: 110)
    #expect(stamp(written: written, changed: changed).isSettled(at: time) == expected)
  }
}
