import Foundation
import TestMaterial
import Testing

@Suite("The command on Edge TPUs, with a stand-in for the library")
struct DeviceTests {
  private let folder: TemporaryFolder
  private let compiled = Material.model("mobilenet_quant_v1_224_feature_layers_edgetpu").path

  init() throws { folder = try TemporaryFolder() }

  private func flowers(_ range: Range<Int>) throws -> URL {
    try Flowers.folder([("daisy", "daisy", range), ("iris", "iris", range)], in: folder)
  }

  /// Runs the command with a stand-in for the library and a separate cache.
  private func run(_ standIn: StandIn, _ arguments: String...) throws -> Imprint.Outcome {
    try run(standIn.library, arguments)
  }

  private func run(_ library: URL, _ arguments: [String]) throws -> Imprint.Outcome {
    try Imprint.run(
      after: "export IMPRINT_EDGETPU='\(library.path)' XDG_CACHE_HOME='\(folder.appending("cache").path)'", arguments)
  }

  private struct Devices: Decodable {
    struct Entry: Decodable {
      let index: Int
      let bus: String
      let path: String
    }

    let cores: Int
    let edgeTPUs: [Entry]
    let libraryVersion: String?
    let problem: String?
  }

  @Test("'devices' lists the devices, or says why there is none")
  func list() throws {
    let standIn = try StandIn(["USB": 1, "PCI": 1], in: folder)
    let listed = try run(standIn, "devices")
    #expect(listed.code == 0 && listed.output.contains("edgetpu:1  usb  /sys/bus/usb/standin/1-1"))
    let devices = try run(standIn, "devices", "--json").decoded(as: Devices.self)
    #expect(devices.edgeTPUs.map(\.bus) == ["pci", "usb"] && devices.edgeTPUs.map(\.index) == [0, 1])
    #expect(devices.cores > 0 && devices.problem == nil && devices.libraryVersion?.contains("stand-in") == true)
    let none = try run(folder.appending("none.so"), ["devices", "--json"]).decoded(as: Devices.self)
    #expect(none.edgeTPUs.isEmpty && none.problem?.contains("libedgetpu1-std") == true)
    #expect(try run(StandIn(["USB": 0], in: folder), "devices").output.contains("no Edge TPU was found"))
  }

  @Test("Trains on a compiled base, classifies and inspects; checks the library only once")
  func endToEnd() throws {
    let standIn = try StandIn(in: folder)
    let data = try flowers(0..<4)
    let model = folder.appending("flowers_edgetpu.tflite").path
    let trained = try run(standIn, "train", "--model", compiled, "--data", data.path, "--output", model)
    #expect(trained.code == 0, "\(trained.stderr)")
    let made = standIn.delegates.count
    let picture = try Flowers.pictures(of: "iris", 20..<21)[0].path
    let classified = try run(
      standIn, "classify", "--model", model, "--device", "usb:0", "--edgetpu-performance", "low", picture)
    #expect(classified.output.contains("iris 0.") || classified.output.contains("iris 1."), "\(classified.stderr)")
    #expect(Array(standIn.delegates.dropFirst(made)) == ["device=:0 Performance=Low"])
    let inspected = try run(standIn, "inspect", model).output
    #expect(inspected.contains("Runs    edgetpu-custom-op on an Edge TPU"))
    #expect(inspected.contains("then on the processor RESHAPE → DEQUANTIZE"))
  }

  @Test("Detects a library that crashes, in a separate process")
  func crashing() throws {
    let picture = try Flowers.pictures(of: "iris", 0..<1)[0].path
    let model = Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu").path
    for device in ["auto", "edgetpu"] {
      let standIn = try StandIn(["CRASHING": 1], in: folder)
      let classified = try run(standIn, "classify", "--model", model, "--device", device, picture)
      #expect(classified.code == 1)
      #expect(
        classified.stderr.contains("crashes (signal 6)") && classified.stderr.contains("built for TensorFlow 2.16"))
    }
  }

  @Test("Reports a device unplugged during training, and saves the embeddings computed so far")
  func unplugged() throws {
    let standIn = try StandIn(["UNPLUGGED": 6], in: folder)
    let data = try flowers(0..<5)
    let output = folder.appending("flowers.tflite")
    let trained = try run(
      standIn, "train", "--model", compiled, "--data", data.path, "--output", output.path, "--augment", "none",
      "--save-partial")
    #expect(trained.code == 1)
    #expect(trained.stderr.contains("unplugged") && trained.stderr.contains("6 pictures"))
    #expect(!FileManager.default.fileExists(atPath: output.path))
    let finished = try run(
      StandIn(in: folder), "train", "--model", compiled, "--from", folder.appending("flowers.embeddings").path,
      "--output",
      output.path)
    #expect(finished.code == 0 && finished.output.contains("6 pictures"), "\(finished.stderr)")
  }

  @Test("Rejects unknown devices, and an Edge TPU for a model that is not compiled for one")
  func wrong() throws {
    let standIn = try StandIn(in: folder)
    let picture = try Flowers.pictures(of: "iris", 0..<1)[0].path
    let model = Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu").path
    #expect(try run(standIn, "classify", "--model", model, "--device", "gpu", picture).code == 64)
    let far = try run(standIn, "classify", "--model", model, "--device", "edgetpu:3", picture)
    #expect(far.code == 1 && far.stderr.contains("there is no Edge TPU :3"))
    let plain = Material.model("mobilenet_v1_0.25_128_quant").path
    let needless = try run(standIn, "classify", "--model", plain, "--device", "edgetpu", picture)
    #expect(needless.code == 1 && needless.stderr.contains("edgetpu_compiler"))
    let processor = try run(standIn, "classify", "--model", model, "--device", "cpu", picture)
    #expect(processor.code == 1 && processor.stderr.contains("processor"))
  }
}
