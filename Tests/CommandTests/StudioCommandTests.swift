import Foundation
import TestMaterial
import Testing

@Suite("imprint studio")
struct StudioCommandTests {
  @Test("Where the studio is not installed, the command says how to get it, and has its help")
  func missing() throws {
    let outcome = try Imprint.run(after: "PATH=/nowhere:relative:", ["studio", "mugs"])
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(
      outcome.stderr.contains("the studio, imprint-studio, is not installed") && outcome.stderr.contains("Hint: "))
    let help = try Imprint.run(after: "PATH=/nowhere", ["studio", "--help"])
    #expect(help.code == 0 && help.output.contains("Teach a classifier in the browser"))
  }

  @Test(
    "The command becomes the studio, which knows where the command is: arguments, exit code and output are the studio's"
  )
  func started() throws {
    let folder = try TemporaryFolder()
    let program = folder.appending("imprint-studio")
    try Data("#!/bin/sh\necho \"$IMPRINT_VERSION|$#|$1|$2|$3\"\n\"$IMPRINT_COMMAND\" --version\nexit 7\n".utf8).write(
      to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    let outcome = try Imprint.run(after: "PATH=\(folder.url.path):$PATH", ["studio", "my mugs", "--host", "0.0.0.0"])
    #expect(outcome.code == 7)
    let version = try Imprint.run("--version").output.trimmingCharacters(in: .newlines)
    #expect(outcome.output == "\(version)|3|my mugs|--host|0.0.0.0\n\(version)\n")
  }
}
