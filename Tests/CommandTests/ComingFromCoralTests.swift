import Platform
import Foundation
import TestMaterial
import Testing

@Suite(
  "The page for those who come from Coral",
  .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
struct ComingFromCoralTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Lays out the files that the page speaks of, and a program in the compiler's place.
  private func prepare() throws {
    for name in [
      "mobilenet_v1_1.0_224_l2norm_quant", "mobilenet_v1_1.0_224_quant",
      "mobilenet_v1_1.0_224_quant_embedding_extractor",
    ] {
      try FileManager.default.copyItem(at: Material.model(name), to: folder.appending(name + ".tflite"))
    }
    try FileManager.default.copyItem(at: Material.coralPicture("cat_test_0"), to: folder.appending("cat.bmp"))
    var list = "URL,Category,SHA256\n"
    for (label, flowers) in [("Cat", "daisy"), ("Dog", "iris")] {
      let pictures = Material.flowers17.appending(path: flowers)
      for name in try FileManager.default.contentsOfDirectory(atPath: pictures.path).sorted().prefix(4) {
        list += "file://\(pictures.appending(path: name).path),\(label)\n"
      }
    }
    try Data(list.utf8).write(to: folder.appending("open_image_v4_subset.csv"))
    _ = try Flowers.folder([("Tulip", "tigerlily", 0..<2)], in: folder, named: "more")
    _ = try Flowers.folder([("daisy", "daisy", 0..<3), ("iris", "iris", 0..<3)], in: folder, named: "flower_photos")
    try CompilerStandIn.put(into: folder)
  }

  @Test("Every command on it runs as it is printed, one after the other")
  func commands() throws {
    let page = try String(
      contentsOf: Material.packageRoot.appending(path: "Documentation/coming-from-coral.md"), encoding: .utf8)
    let commands = page.split(separator: "\n").filter { $0.hasPrefix("$ imprint ") }.map { $0.dropFirst(10) }
    #expect(commands.count >= 12)
    try prepare()
    for command in commands {
      let words = command.split(separator: " ").map(String.init)
      let outcome = try Imprint.run(after: "cd '\(folder.url.path)'; PATH=$PWD:$PATH", words)
      #expect(outcome.code == 0, "\(command): \(outcome.complaints)")
    }
    let device = try Imprint.run("inspect", folder.appending("better_edgetpu.tflite").path)
    #expect(device.output.contains("edgetpu-custom-op") && device.output.contains("SOFTMAX"))
  }
}
