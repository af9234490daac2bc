import Foundation
import Platform
import TestMaterial
import Testing

@Suite("Where a library is looked for that comes with the package")
struct LibraryLocationTests {
  private func places(_ environment: [String: String], image: String) -> LibraryLocation {
    LibraryLocation(of: "libOne.so", variable: "IMPRINT_ONE", environment: environment, image: image)
  }

  @Test("A path in IMPRINT_ONE is the only candidate")
  func variable() {
    let location = places(["IMPRINT_ONE": "/opt/lib.so"], image: "/a/.build/debug/imprint")
    #expect(location.candidates == ["/opt/lib.so"])
  }

  @Test("A folder in IMPRINT_ONE means the library in it")
  func folder() throws {
    let folder = try TemporaryFolder()
    let location = places(["IMPRINT_ONE": folder.url.path], image: "")
    #expect(location.candidates == [folder.url.path + "/libOne.so"])
  }

  @Test("An empty IMPRINT_ONE counts as none")
  func empty() {
    let location = places(["IMPRINT_ONE": ""], image: "/nowhere/imprint")
    #expect(location.candidates == ["libOne.so"])
  }

  @Test("The set-up's folder comes before the system's loader, wherever in the build folder the program lies")
  func setUp() throws {
    let checkout = try TemporaryFolder()
    let runtime = checkout.appending(".runtime")
    try FileManager.default.createDirectory(at: runtime, withIntermediateDirectories: true)
    let library = runtime.appending(path: "libOne.so")
    try Data().write(to: library)
    for build in [".build/debug/imprint", ".build/x86_64-unknown-linux-gnu/release/imprint", ".build-static/imprint"] {
      let location = places([:], image: checkout.appending(build).path)
      #expect(location.candidates == [library.path, "libOne.so"])
    }
  }

  @Test("An installed program finds the library beside its own folder")
  func installed() throws {
    let prefix = try TemporaryFolder()
    let folder = prefix.appending("lib/imprint")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let library = folder.appending(path: "libOne.so")
    try Data().write(to: library)
    let location = places([:], image: prefix.appending("bin/imprint").path)
    #expect(location.candidates == [library.path, "libOne.so"])
  }
}
