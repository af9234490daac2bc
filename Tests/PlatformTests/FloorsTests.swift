import Foundation
import TestMaterial
import Testing

/// The order of the modules: a module imports only what the table in `Documentation/architecture.md` allows.
@Suite("The layers: the modules that each module may import")
struct FloorsTests {
  /// The modules that each module may import, besides the system's.
  private static let layers: [String: Set<String>] = {
    var layers: [String: Set<String>] = [
      "Platform": ["CDigest"],
      "TFLite": ["Platform"],
      "LiteRT": ["CLiteRT", "CEdgeTPU", "CKernels", "Platform"],
      "Pictures": ["CHEIF", "CTurboJPEG", "CVips", "Platform"],
      "LinearAlgebra": ["CBLAS", "Platform"],
      "Torch": ["CTorch", "Platform"],
      "ModelSurgery": ["TFLite", "Platform"],
      "Heads": ["LinearAlgebra", "ModelSurgery", "TFLite", "Platform"],
      "Inference": ["Heads", "LiteRT", "Pictures", "ModelSurgery", "TFLite", "Platform"],
      "Imprinting": [
        "Inference", "Heads", "LiteRT", "Pictures", "LinearAlgebra", "ModelSurgery", "TFLite", "Platform",
      ],
      "Reports": ["Heads", "Pictures", "TFLite", "Platform"],
      "Training": ["Heads", "Torch", "Pictures", "ModelSurgery", "TFLite", "Platform"],
    ]
    layers["Command"] = Set(layers.keys).union(["ArgumentParser"])
    layers["CInterface"] = Set(layers.keys).subtracting(["Reports", "Torch", "Training"]).union(["CImprint", "Command"])
    layers["imprint"] = ["Command"]
    return layers
  }()

  /// The modules of the system and of Swift's toolchain, which every module may import.
  private static let system: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch", "Synchronization", "CryptoKit",
    "Accelerate",
  ]

  private static let sources = Material.packageRoot.appending(path: "Sources")

  @Test("The table lists every Swift module of Sources")
  func everyModuleIsListed() throws {
    let modules = try FileManager.default.contentsOfDirectory(atPath: Self.sources.path)
      .filter { try !Self.files(of: $0).isEmpty }
    #expect(Set(modules) == Set(Self.layers.keys))
  }

  @Test("A module imports only what the table allows", arguments: layers.keys.sorted())
  func imports(module: String) throws {
    let allowed = try #require(Self.layers[module]).union(Self.system)
    for file in try Self.files(of: module) {
      let foreign = Set(Self.imports(in: try String(contentsOf: file, encoding: .utf8))).subtracting(allowed)
      #expect(foreign.isEmpty, "\(file.path) imports \(foreign.sorted().joined(separator: ", "))")
    }
  }

  @Test(
    "Finds the import of a module, however it is written",
    arguments: [
      ("import Heads", "Heads"), ("public import Heads", "Heads"), ("  package import Heads  // why", "Heads"),
      ("@testable import Heads", "Heads"), ("@_exported public import Heads", "Heads"),
      ("import struct Heads.Labels", "Heads"), ("@preconcurrency import class Heads.Teacher", "Heads"),
      ("// import Heads", nil), ("let line = \"import Heads\"", nil), ("importHeads()", nil),
    ] as [(String, String?)])
  func parsing(line: String, module: String?) {
    #expect(Self.imports(in: "import Foundation\n\(line)\n") == ["Foundation"] + (module.map { [$0] } ?? []))
  }

  /// Returns the modules that a source file imports.
  private static func imports(in source: String) -> [String] {
    let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor"]
    let access: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
    return source.split(separator: "\n").compactMap { line in
      var words = line.split(separator: " ").drop { $0.hasPrefix("@") || access.contains($0) }
      guard words.popFirst() == "import" else { return nil }
      if let word = words.first, kinds.contains(word) { words.removeFirst() }
      return words.first?.split(separator: ".").first.map(String.init)
    }
  }

  /// Returns the Swift files in all folders of a module.
  private static func files(of module: String) throws -> [URL] {
    let folder = sources.appending(path: module)
    return try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
      .map { folder.appending(path: $0) }
  }
}
