import Foundation
import Pictures

/// Times the way from picture files to tensors, on one thread.
///
///     read-pictures SIDE RUNS PICTURE...
///
/// The pictures are cropped to the largest centred square and brought to SIDE pixels. Prints the seconds that all of them
/// take, a line a run; one run before is not counted.
@main
struct ReadPictures {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count > 3, let side = Int(arguments[1]), let runs = Int(arguments[2]), runs > 0 else {
      FileHandle.standardError.write(Data("usage: read-pictures SIDE RUNS PICTURE...\n".utf8))
      exit(64)
    }
    let pictures = arguments.dropFirst(3).map { URL(filePath: $0) }
    let reader = try PictureReader(width: side, height: side)
    let tensor = UnsafeMutableRawBufferPointer.allocate(byteCount: reader.byteCount, alignment: 64)
    defer { tensor.deallocate() }
    let clock = ContinuousClock()
    for run in 0...runs {
      let elapsed = try clock.measure {
        for picture in pictures { try reader.read(picture, into: tensor) }
      }
      if run > 0 { print(elapsed / .seconds(1)) }
    }
  }
}
