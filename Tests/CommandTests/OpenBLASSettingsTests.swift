import Foundation
import LiteRT
import TestMaterial
import Testing

@testable import imprint

@Suite("What OpenBLAS is told", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct OpenBLASSettingsTests {
  private static let wide: Set = ["avx2", "avx512f", "avx512dq", "avx512cd", "avx512bw", "avx512vl"]

  @Test("The number of threads is passed on, and none where none is asked for")
  func threads() {
    let plain = Processor(features: ["avx2"], maker: "AuthenticAMD")
    #expect(OpenBLASSettings(threads: 3, processor: plain).variables == ["OPENBLAS_NUM_THREADS": "3"])
    #expect(OpenBLASSettings(threads: nil, processor: plain).variables == [:])
  }

  @Test("Wide kernels are asked for on AMD's processors with vectors of 512 bits, and on no others")
  func kernels() {
    let amd = OpenBLASSettings(threads: nil, processor: Processor(features: Self.wide, maker: "AuthenticAMD"))
    #expect(amd.variables == ["OPENBLAS_CORETYPE": "SkylakeX"])
    for other in [
      Processor(features: Self.wide, maker: "GenuineIntel"), Processor(features: Self.wide),
      Processor(features: Self.wide.subtracting(["avx512bw"]), maker: "AuthenticAMD"),
    ] { #expect(OpenBLASSettings(threads: nil, processor: other).variables == [:]) }
  }

  @Test(
    "OpenBLAS takes the kernels that it is told, and those that the user wants before them",
    arguments: [nil, "Haswell"])
  func taken(wanted: String?) throws {
    let folder = try TemporaryFolder()
    let data = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder, named: "data").path
    let preparation = "export OPENBLAS_VERBOSE=2" + (wanted.map { "; export OPENBLAS_CORETYPE=\($0)" } ?? "")
    let outcome = try Imprint.run(
      after: preparation,
      ["train", "--model", Flowers.extractor, "--data", data, "--output", folder.appending("m.tflite").path])
    #expect(outcome.code == 0, "\(outcome.complaints)")
    let told = OpenBLASSettings(threads: nil, processor: .current).variables["OPENBLAS_CORETYPE"]
    // A library that is built for one kind of processor says nothing.
    let all = outcome.output + outcome.complaints
    if let told = wanted ?? told, all.contains("Core: ") { #expect(all.contains("Core: \(told)")) }
  }
}
