import Foundation
import TestMaterial
import Testing
import Torch

/// Runs the commands of the README and the pages in `Documentation`, as a reader would.
@Suite("The commands that the documentation shows")
struct DocumentationTests {
  @Test("Finds commands in the README and on at least ten other pages")
  func pages() {
    #expect(DocumentedPage.tested.count >= 11)
    #expect(DocumentedPage.tested.contains { $0.path == "README.md" })
  }

  @Test("Tests every block of commands, unless a comment before it says why not", arguments: DocumentedPage.all)
  func reasons(page: DocumentedPage) throws {
    for block in page.blocks {
      if let reason = block.reason { #expect(block.kind == "console" && !reason.isEmpty) }
      if block.kind == "console" { #expect(!block.commands.isEmpty) } else { #expect(block.commands.isEmpty) }
    }
    for command in page.commands { #expect(command.hasPrefix("imprint "), "not tested: \(command)") }
    let text = try String(contentsOf: Material.packageRoot.appending(path: page.path), encoding: .utf8)
    #expect(
      text.components(separatedBy: "<!-- not tested").count - 1 == page.blocks.count { $0.reason != nil },
      "a comment is not right before its block")
  }

  @Test(
    "Runs every command of a page as printed, in order",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)),
    arguments: DocumentedPage.tested.filter { !$0.needsTorch })
  func commands(page: DocumentedPage) throws { try run(page, in: ReaderFolder()) }

  @Test(
    "Runs every command of a page on training a base as printed, in order",
    .enabled(if: Material.hasWeights, Comment(rawValue: Material.weightsNeed)),
    .enabled(if: TorchLibrary.isInstalled, "needs libtorch (scripts/setup --training)"),
    arguments: DocumentedPage.tested.filter(\.needsTorch))
  func training(page: DocumentedPage) throws { try run(page, in: ReaderFolder(classes: 13)) }

  private func run(_ page: DocumentedPage, in folder: ReaderFolder) throws {
    for command in page.commands {
      let outcome = try folder.run(command)
      #expect(outcome.code == 0, "\(page.path): \(command)\n\(outcome.stderr)")
    }
  }

  @Test(
    "The device model of the page for Coral's users runs on the device except for its last layers")
  func device() throws {
    let folder = try ReaderFolder(isTrained: false)
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
