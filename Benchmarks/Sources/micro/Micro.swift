import Benchmark
import Foundation

/// Times single functions of the library.
///
///     micro [--format json] [--filter NAME] …
///
/// `$IMPRINT_MICRO_MODEL` is a model file of a few megabytes, `$IMPRINT_MICRO_EMBEDDINGS` an `.embeddings` file, and
/// `$IMPRINT_MICRO_PICTURES` a folder with `small.jpg` and `large.jpg`; `scripts/bench` creates them.
@main
struct Micro {
  static func main() {
    do {
      let material = try Material(environment: ProcessInfo.processInfo.environment)
      Benchmark.main([
        try PictureSuite(material).suite(), try ModelSuite(material).suite(), try HeadSuite(material).suite(),
      ])
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }
}
