import Foundation
import Platform
import TestMaterial
import Testing

@Suite("Locations of a library that comes with the package")
struct LibraryLocationTests {
  private func location(_ environment: [String: String], image: String) -> LibraryLocation {
    LibraryLocation(of: "libOne.so", variable: "IMPRINT_ONE", image: image) { environment[$0] }
  }

  @Test("A path in IMPRINT_ONE is the only candidate")
  func variable() {
    let location = self.location(["IMPRINT_ONE": "/opt/lib.so"], image: "/a/.build/debug/imprint")
    #expect(location.candidates == ["/opt/lib.so"])
  }

  @Test("A folder in IMPRINT_ONE means the library in it")
  func folder() throws {
    let folder = try TemporaryFolder()
    let location = self.location(["IMPRINT_ONE": folder.url.path], image: "")
    #expect(location.candidates == [folder.url.path + "/libOne.so"])
  }

  @Test("An empty IMPRINT_ONE is ignored")
  func empty() {
    let location = self.location(["IMPRINT_ONE": ""], image: "/nowhere/imprint")
    #expect(location.candidates == ["libOne.so"])
  }

  /// Writes an empty library into a folder, and returns its path.
  private func library(in folder: URL) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let library = folder.appending(path: "libOne.so")
    try Data().write(to: library)
    return library.path
  }

  @Test(
    "The checkout's .runtime comes before the system's loader, wherever in the build folder the program is",
    arguments: [".build/debug/imprint", ".build/x86_64-unknown-linux-gnu/release/imprint", ".build-static/imprint"])
  func checkout(program: String) throws {
    let checkout = try TemporaryFolder()
    let library = try library(in: checkout.appending(".runtime"))
    #expect(location([:], image: checkout.appending(program).path).candidates == [library, "libOne.so"])
  }

  @Test("An installed program finds the library beside its own folder")
  func installed() throws {
    let prefix = try TemporaryFolder()
    let library = try library(in: prefix.appending("lib/imprint"))
    #expect(location([:], image: prefix.appending("bin/imprint").path).candidates == [library, "libOne.so"])
  }

  @Test("Any program finds the library in the user's data: in XDG_DATA_HOME if it is absolute, else below HOME")
  func userData() throws {
    let home = try TemporaryFolder()
    let data = try TemporaryFolder()
    let atHome = try library(in: home.appending(".local/share/imprint/lib"))
    let elsewhere = try library(in: data.appending("imprint/lib"))
    let image = "/elsewhere/.build/release/program"
    #expect(location(["HOME": home.url.path], image: image).candidates == [atHome, "libOne.so"])
    #expect(
      location(["HOME": home.url.path, "XDG_DATA_HOME": data.url.path], image: image).candidates
        == [elsewhere, "libOne.so"])
    #expect(
      location(["HOME": home.url.path, "XDG_DATA_HOME": "relative"], image: image).candidates == [atHome, "libOne.so"])
  }

  @Test(
    "Without a home folder, only the system's loader is left", arguments: [[:], ["HOME": ""], ["HOME": "relative"]])
  func noHome(environment: [String: String]) {
    #expect(location(environment, image: "/elsewhere/program").candidates == ["libOne.so"])
  }

  @Test("A library that another user can change is not opened, unless the user named it")
  func owners() throws {
    let prefix = try TemporaryFolder()
    let library = try library(in: prefix.appending("lib/imprint"))
    let place = URL(filePath: library).deletingLastPathComponent().path
    let found = location([:], image: prefix.appending("bin/imprint").path)
    func reason(_ location: LibraryLocation) -> String {
      do throws(SharedLibraryError) {
        _ = try location.open(library)
        return "opened"
      } catch {
        return error.message
      }
    }
    // An empty file is no library, so the loader refuses it.
    let (refused, another) = ("file too short", "another user can change it")
    #expect(reason(found).contains(refused))
    for path in [library, place] {
      for (mode, words) in [(0o757, another), (0o775, refused), (0o755, refused)] as [(mode_t, String)] {
        #expect(chmod(path, mode) == 0)
        #expect(reason(found).contains(words), "\(path) \(mode): \(reason(found))")
      }
      guard geteuid() == 0 else { continue }
      #expect(chown(path, 65_534, 65_534) == 0)
      #expect(reason(found).contains(another))
      #expect(reason(location(["IMPRINT_ONE": library], image: "")).contains(refused))
      #expect(chown(path, 0, 100) == 0 && chmod(path, 0o775) == 0)
      #expect(reason(found).contains(another))
      #expect(chown(path, 0, 0) == 0 && chmod(path, 0o755) == 0)
    }
    let real = try TemporaryFolder()
    let target = real.appending("libOne.so").path
    try FileManager.default.moveItem(atPath: library, toPath: target)
    try FileManager.default.createSymbolicLink(atPath: library, withDestinationPath: target)
    #expect(reason(found).contains(refused))
    #expect(chmod(real.url.path, 0o777) == 0)
    #expect(reason(found).contains(another))
  }

  @Test("The checkout comes first, then the installed library, then the user's data")
  func order() throws {
    let root = try TemporaryFolder()
    let checkout = try library(in: root.appending(".runtime"))
    // The program is in `.build/bin`, so that `lib/imprint` beside it is in the build folder.
    let installed = try library(in: root.appending(".build/lib/imprint"))
    let userData = try library(in: root.appending("data/imprint/lib"))
    let location = self.location(
      ["XDG_DATA_HOME": root.appending("data").path], image: root.appending(".build/bin/imprint").path)
    #expect(location.candidates == [checkout, installed, userData, "libOne.so"])
  }
}
