import Foundation
import TestMaterial
import Testing

/// A page of the documentation, with the commands in its code blocks of the kind `console`.
struct DocumentedPage: Sendable, CustomTestStringConvertible {
  /// A code block.
  struct Block: Sendable {
    /// The kind of its contents, such as `console` or `swift`.
    let kind: String
    /// The reason not to test its commands, from a comment before the block: `<!-- not tested: REASON -->`.
    let reason: String?
    /// The lines that follow the prompt `$ `, with their continuation lines.
    let commands: [String]
  }

  /// The path in the checkout.
  let path: String
  let blocks: [Block]

  var testDescription: String { path }

  /// The commands to test, in the order of the page.
  var commands: [String] { blocks.filter { $0.kind == "console" && $0.reason == nil }.flatMap(\.commands) }

  /// `README.md` and the pages in `Documentation`.
  static let all: [DocumentedPage] = {
    let folder = Material.packageRoot.appending(path: "Documentation")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let pages = names.filter { $0.hasSuffix(".md") }.sorted() + ["scale/README.md"]
    let paths = ["README.md"] + pages.map { "Documentation/" + $0 }
    return paths.compactMap { path in
      (try? String(contentsOf: Material.packageRoot.appending(path: path), encoding: .utf8))
        .map { DocumentedPage(path: path, text: $0) }
    }
  }()

  /// The pages with commands to test.
  static let tested = all.filter { !$0.commands.isEmpty }

  init(path: String, text: String) {
    self.path = path
    var blocks: [Block] = []
    var open: (kind: String, reason: String?, commands: [String])?
    var before: Substring = ""
    for line in text.replacing("\\\n", with: "").split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(Block(kind: block.kind, reason: block.reason, commands: block.commands))
          open = nil
        } else {
          open = (String(line.dropFirst(3)), Self.reason(before), [])
        }
      } else if line.hasPrefix("$ ") {
        open?.commands.append(String(line.dropFirst(2)))
      }
      before = line
    }
    self.blocks = blocks
  }

  private static func reason(_ line: Substring) -> String? {
    guard line.hasPrefix("<!-- not tested:"), line.hasSuffix("-->") else { return nil }
    return line.dropFirst(16).dropLast(3).trimmingCharacters(in: .whitespaces)
  }
}
