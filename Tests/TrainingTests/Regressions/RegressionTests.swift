import Foundation
import TestMaterial
import Testing

/// The inputs in `Tests/Regressions` with which fuzzing found faults, in a folder for each harness.
///
/// The harnesses are those of the package `Fuzzing`. A crash ends the tests; the name of the input is that of the test.
@Suite("Inputs that once made a reader fail")
struct RegressionTests {
  struct Input: Sendable, CustomTestStringConvertible {
    let harness: Harness
    let file: URL

    var testDescription: String { "\(harness.name)/\(file.lastPathComponent)" }
  }

  static let folder = Material.packageRoot.appending(path: "Tests/Regressions")

  static let inputs = Harness.all.flatMap { harness in
    let folder = folder.appending(path: harness.name)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().filter { !$0.hasPrefix(".") }.map {
      Input(harness: harness, file: folder.appending(path: $0))
    }
  }

  @Test("Is read or refused", .timeLimit(.minutes(1)), arguments: inputs)
  func isReadOrRefused(input: Input) throws {
    try input.harness.check([UInt8](Data(contentsOf: input.file)))
  }

  @Test("Each folder of inputs is that of a harness")
  func foldersAreHarnesses() throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { !$0.hasPrefix(".") }
    let names = Set(Harness.all.map(\.name))
    #expect(folders.filter { !names.contains($0) } == [])
    #expect(!Self.inputs.isEmpty)
  }
}
