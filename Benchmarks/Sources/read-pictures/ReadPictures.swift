import Foundation
import Pictures

/// Times reading picture files into tensors, on one thread.
///
///     read-pictures SIDE RUNS PICTURE...
///
/// It crops the pictures to the largest centred square and resizes them to SIDE pixels. After a warm-up it prints the seconds
/// that all pictures took, one line per run.
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
