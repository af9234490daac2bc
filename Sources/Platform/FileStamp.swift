#if canImport(Darwin)
  package import Darwin
#elseif canImport(Glibc)
  package import Glibc
#elseif canImport(Musl)
  package import Musl
#endif

/// What the file system says of the version of a file: where it stands, how long it is, and when it last changed.
///
/// The system itself notes the time of each change of a file, and no program can set that time: a version that was written
/// later has another stamp, even where the size and the time of writing are made equal. That holds once the last change is
/// older than the steps of the system's clock; see ``isSettled(at:)``.
package struct FileStamp: Sendable, Hashable {
  private let device, number, size: Int64
  private let written, changed: Time

  /// A time since 1970.
  package struct Time: Sendable, Hashable {
    let seconds, nanoseconds: Int64

    package init(seconds: Int64, nanoseconds: Int64 = 0) { (self.seconds, self.nanoseconds) = (seconds, nanoseconds) }

    /// The time now.
    package static var now: Time {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      return Time(now)
    }

    init(_ time: timespec) { self.init(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec)) }
  }

  /// Takes the stamp from the status of an open file.
  package init(_ status: stat) {
    device = Int64(truncatingIfNeeded: status.st_dev)
    number = Int64(truncatingIfNeeded: status.st_ino)
    size = Int64(status.st_size)
    #if canImport(Darwin)
      (written, changed) = (Time(status.st_mtimespec), Time(status.st_ctimespec))
    #else
      (written, changed) = (Time(status.st_mtim), Time(status.st_ctim))
    #endif
  }

  /// The stamp as text.
  package var words: String {
    "\(device) \(number) \(size) \(written.seconds).\(written.nanoseconds) \(changed.seconds).\(changed.nanoseconds)"
  }

  /// Returns whether the last change is so long ago that a later one would have another time: some file systems count in
  /// steps of two seconds.
  ///
  /// - Parameter time: A time before the contents are read.
  package func isSettled(at time: Time) -> Bool {
    let last = max(written.seconds, changed.seconds)
    // A file system without times of its own has zero.
    return changed.seconds > 0 && last < time.seconds - 3
  }
}
