import Foundation
import TestMaterial
import Testing

@Suite("The header of the C interface")
struct HeaderTests {
  private static let header = CProgram.headers.appending(path: "imprint.h")

  @Test("Compiles without a warning as C and as C++", arguments: [("c11", "c"), ("c17", "c"), ("c++17", "c++")])
  func compiles(standard: String, language: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("use.\(language == "c" ? "c" : "cpp")")
    try Data("#include <imprint.h>\nint main(void) { return imprint_version() == 0; }\n".utf8).write(to: file)
    try CProgram.compile(language == "c" ? "cc" : "c++", ["-std=\(standard)", "-fsyntax-only", file.path])
  }

  @Test("The examples of the documentation compile")
  func examples() throws {
    let page = try String(
      contentsOf: Material.packageRoot.appending(path: "Documentation/in-c.md"), encoding: .utf8)
    let blocks = page.components(separatedBy: "```c\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    #expect(blocks.count > 2)
    let folder = try TemporaryFolder()
    let file = folder.appending("examples.c")
    let text = "#include <imprint.h>\n#include <stdio.h>\nint main(void) {\nconst uint8_t *bytes = NULL;\n"
    try Data((text + blocks.joined() + "return classifier == NULL && answers == NULL;\n}\n").utf8).write(to: file)
    try CProgram.compile("cc", ["-std=c11", "-fsyntax-only", file.path])
  }

  @Test("Declares every function that the library offers, and no other")
  func functions() throws {
    let text = try String(contentsOf: Self.header, encoding: .utf8)
    let declared = Set(text.matches(of: /\b(imprint_\w+)\(/).map { String($0.output.1) })
    var defined: Set<String> = []
    let folder = Material.packageRoot.appending(path: "Sources/CInterface")
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
      let source = try String(contentsOf: file, encoding: .utf8)
      defined.formUnion(source.matches(of: /@_cdecl\("(\w+)"\)\npublic func/).map { String($0.output.1) })
    }
    #expect(declared == defined)
    #expect(defined.count > 40)
  }
}
