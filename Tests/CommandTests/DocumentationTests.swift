import Foundation
import TestMaterial
import Testing
import Torch

/// README and the pages in `Documentation`, as a reader follows them.
@Suite("The commands that the documentation shows")
struct DocumentationTests {
  @Test("There are commands on README and at least ten other pages")
  func pages() {
    #expect(DocumentedPage.tested.count >= 11)
    #expect(DocumentedPage.tested.contains { $0.path == "README.md" })
  }

  @Test("A block of commands is tested, or the comment before it says why not", arguments: DocumentedPage.all)
  func reasons(page: DocumentedPage) throws {
    for block in page.blocks {
      if let reason = block.reason { #expect(block.kind == "console" && !reason.isEmpty) }
      if block.kind == "console" { #expect(!block.commands.isEmpty) } else { #expect(block.commands.isEmpty) }
    }
    for command in page.commands { #expect(command.hasPrefix("imprint "), "not tested: \(command)") }
    let text = try String(contentsOf: Material.packageRoot.appending(path: page.path), encoding: .utf8)
    #expect(
      text.components(separatedBy: "<!-- not tested").count - 1 == page.blocks.count { $0.reason != nil },
      "a comment does not stand right before its block")
  }

  @Test(
    "Every command of a page runs as printed, one after the other",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)),
    arguments: DocumentedPage.tested.filter { !$0.needsTorch })
  func commands(page: DocumentedPage) throws { try run(page, in: ReaderFolder()) }

  @Test(
    "Every command of a page on training a base runs as printed, one after the other",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)),
    .enabled(if: TorchLibrary.isInstalled, "needs libtorch (scripts/setup --training)"),
    arguments: DocumentedPage.tested.filter(\.needsTorch))
  func training(page: DocumentedPage) throws { try run(page, in: ReaderFolder(classes: 13)) }

  private func run(_ page: DocumentedPage, in folder: ReaderFolder) throws {
    for command in page.commands {
      let outcome = try folder.run(command)
      #expect(outcome.code == 0, "\(page.path): \(command)\n\(outcome.complaints)")
    }
  }

  @Test(
    "What the page for those who come from Coral makes for a device runs there but for its last layers")
  func device() throws {
    let folder = try ReaderFolder(isTaught: false)
    let model = "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"
    for command in [
      "imprint train --model \(model) --data flowers --output better.tflite",
      "imprint model prepare-edgetpu better.tflite -o better_edgetpu.tflite",
    ] { #expect(try folder.run(command).code == 0) }
    let device = try folder.run("imprint inspect better_edgetpu.tflite")
    #expect(device.output.contains("edgetpu-custom-op") && device.output.contains("SOFTMAX"))
  }
}

extension DocumentedPage {
  fileprivate var needsTorch: Bool { commands.contains { $0.hasPrefix("imprint pretrain") } }
}
