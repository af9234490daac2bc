import Foundation
import LiteRT
import TestMaterial
import Testing

@Suite("Where the runtime is looked for")
struct RuntimeLocationTests {
  @Test("A path in IMPRINT_LITERT is the only candidate")
  func variable() {
    let location = RuntimeLocation(environment: ["IMPRINT_LITERT": "/opt/lib.so"], image: "/a/.build/debug/imprint")
    #expect(location.candidates == ["/opt/lib.so"])
  }

  @Test("A folder in IMPRINT_LITERT means the library in it")
  func folder() throws {
    let folder = try TemporaryFolder()
    let location = RuntimeLocation(environment: ["IMPRINT_LITERT": folder.url.path], image: "")
    #expect(location.candidates == [folder.url.path + "/" + RuntimeLocation.fileName])
  }

  @Test("An empty IMPRINT_LITERT counts as none")
  func empty() {
    let location = RuntimeLocation(environment: ["IMPRINT_LITERT": ""], image: "/nowhere/imprint")
    #expect(location.candidates == [RuntimeLocation.fileName])
  }

  @Test("The set-up's folder comes before the system's loader, wherever in the build folder the program lies")
  func setUp() throws {
    let checkout = try TemporaryFolder()
    let runtime = checkout.appending(".runtime")
    try FileManager.default.createDirectory(at: runtime, withIntermediateDirectories: true)
    let library = runtime.appending(path: RuntimeLocation.fileName)
    try Data().write(to: library)
    for build in [".build/debug/imprint", ".build/x86_64-unknown-linux-gnu/release/imprint", ".build-static/imprint"] {
      let location = RuntimeLocation(environment: [:], image: checkout.appending(build).path)
      #expect(location.candidates == [library.path, RuntimeLocation.fileName])
    }
  }

  @Test("An installed program finds the runtime beside its own folder")
  func installed() throws {
    let prefix = try TemporaryFolder()
    let folder = prefix.appending("lib/imprint")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let library = folder.appending(path: RuntimeLocation.fileName)
    try Data().write(to: library)
    let location = RuntimeLocation(environment: [:], image: prefix.appending("bin/imprint").path)
    #expect(location.candidates == [library.path, RuntimeLocation.fileName])
  }
}
