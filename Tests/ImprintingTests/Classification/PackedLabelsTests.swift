import Foundation
import Heads
import Imprinting
import Inference
import TFLite
import TestMaterial
import Testing

@Suite(
  "Labels in an archive appended to a model",
  .enabled(if: Python.isPresent, Comment(rawValue: Python.need)))
struct PackedLabelsTests {
  private let model = Material.model("mobilenet_v1_0.25_128_quant")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Returns the model with an appended archive, made in the way that `how` names.
  private func packed(_ how: String) throws -> URL {
    let file = folder.appending("packed.tflite")
    let script = """
      import sys, io, shutil, zipfile
      shutil.copy(sys.argv[1], sys.argv[2])
      labels = open(sys.argv[3]).read().splitlines()
      names = "\\n".join(line.strip().split("  ", 1)[1] for line in labels)
      how = sys.argv[4]
      packing = zipfile.ZIP_DEFLATED if how == "compressed" else zipfile.ZIP_STORED
      if how == "apart":
          archive = io.BytesIO()
          with zipfile.ZipFile(archive, "w", packing) as z: z.writestr("labels.txt", names)
          open(sys.argv[2], "ab").write(archive.getvalue())
      else:
          with zipfile.ZipFile(sys.argv[2], "a", packing) as z: z.writestr("labels.txt", names)
      """
    _ = try Python.run(
      script, [model.path, file.path, Material.root.appending(path: "models/imagenet_labels.txt").path, how])
    return file
  }

  @Test(
    "Reads the labels from an archive appended in place or made apart, stored or compressed",
    arguments: ["place", "apart", "compressed"])
  func named(how: String) async throws {
    let classifier = try Classifier(contentsOf: packed(how))
    #expect(classifier.labels.names.count == 1001)
    #expect(classifier.labels[0] == "background")
  }

  @Test("A damaged archive leaves the classes without labels")
  func damaged() throws {
    var bytes = try [UInt8](Data(contentsOf: packed("compressed")))
    // The name in the archive's directory no longer matches the name in the local header.
    let name = Array("labels.txt".utf8)
    let place = try #require(
      bytes.indices.dropLast(name.count).last { bytes[$0..<$0 + name.count].elementsEqual(name) })
    bytes[place] ^= 0x20
    #expect(try Classifier(bytes: Bytes(bytes)).labels == Labels())
  }

  @Test("Labels passed by the caller take precedence over the archive's")
  func explicitLabels() throws {
    let labels = Labels([0: "nothing"])
    #expect(try Classifier(contentsOf: packed("place"), labels: labels).labels == labels)
  }
}
