import Foundation
import LiteRT
import TestMaterial
import Testing

@Suite(
  "Edge TPUs, with a stand-in for the library")
struct EdgeTPUTests {
  private let folder: TemporaryFolder
  private let runtime: Runtime

  init() throws {
    folder = try TemporaryFolder()
    runtime = try Runtime()
  }

  private func load(_ name: String) throws -> LoadedModel {
    let data = try Data(contentsOf: Material.model(name))
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 64)
    data.copyBytes(to: bytes)
    return try LoadedModel(bytes: UnsafeRawBufferPointer(bytes), owner: OwnedMemory(bytes), runtime: runtime)
  }

  private final class OwnedMemory: @unchecked Sendable {
    private let bytes: UnsafeMutableRawBufferPointer

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    deinit { bytes.deallocate() }
  }

  private func open(_ settings: [String: Int] = [:]) throws -> (library: EdgeTPULibrary, standIn: StandIn) {
    let standIn = try StandIn(settings, in: folder)
    return (try EdgeTPULibrary(path: standIn.library.path), standIn)
  }

  private func run(_ model: CompiledModel, seed: Int) throws -> [UInt8] {
    try model.run(
      fill: { tensor in for index in tensor.indices { tensor[index] = UInt8(truncatingIfNeeded: index &* seed >> 5) } },
      read: { [UInt8]($0) })
  }

  private func first(_ library: EdgeTPULibrary, _ settings: EdgeTPUSettings = EdgeTPUSettings()) throws -> Hardware {
    .edgeTPU(EdgeTPU(try #require(library.devices().first), library: library, settings: settings), threads: 1)
  }

  @Test(
    "A compiled model gives the same bits as its uncompiled twin",
    arguments: [
      ("mobilenet_quant_v1_224_feature_layers_edgetpu", "mobilenet_v1_1.0_224_quant_embedding_extractor", 0),
      ("mobilenet_v1_1.0_224_l2norm_quant_edgetpu", "mobilenet_v1_1.0_224_l2norm_quant", 0),
      // A library for an older runtime, with smaller structures for operators and delegates.
      ("mobilenet_v1_1.0_224_l2norm_quant_edgetpu", "mobilenet_v1_1.0_224_l2norm_quant", 1),
    ])
  func twin(compiled: String, twin: String, older: Int) throws {
    let hardware = try first(open(["OLDER": older]).library)
    let device = try CompiledModel(load(compiled), hardware: hardware)
    let processor = try CompiledModel(load(twin), hardware: .cpu(threads: 1))
    #expect(device.output == processor.output)
    for seed in [3, 7, 11] { #expect(try run(device, seed: seed) == run(processor, seed: seed)) }
  }

  @Test("A model without compiled operators runs on the processor")
  func untouched() throws {
    let hardware = try first(open().library)
    let device = try CompiledModel(load("mobilenet_v1_0.25_128_quant"), hardware: hardware)
    let processor = try CompiledModel(load("mobilenet_v1_0.25_128_quant"), hardware: .cpu(threads: 1))
    #expect(try run(device, seed: 5) == run(processor, seed: 5))
  }

  @Test("Lists devices and chooses them in Coral's notation")
  func devices() throws {
    let library = try open(["USB": 2, "PCI": 2]).library
    let devices = library.devices()
    #expect(devices.map(\.bus) == [.pci, .pci, .usb, .usb])
    #expect(library.version.contains("stand-in"))
    func places(_ text: String) throws -> [Int] {
      try library.devices(#require(EdgeTPUChoice(text))).compactMap { devices.firstIndex(of: $0) }
    }
    #expect(try places("") == [0, 1, 2, 3])
    #expect(try places(":1") == [1] && places("3") == [3])
    #expect(try places("usb") == [2, 3] && places("pci") == [0, 1])
    #expect(try places("usb:0") == [2] && places("pci:1") == [1])
    #expect(try places(devices[3].path) == [3])
    for text in ["usb:x", "tpu", "usb:-1", "usb:1:2", "-1", "usb:", "x:1", "99999999999999999999"] {
      #expect(EdgeTPUChoice(text) == nil)
    }
    let error = #expect(throws: EdgeTPUError.self) { try library.devices(.place(2, .usb)) }
    #expect("\(try #require(error))".contains("no Edge TPU usb:2"))
  }

  @Test("Passes the settings and the index of the device to the library")
  func settings() throws {
    let (library, standIn) = try open(["USB": 1, "PCI": 1])
    let device = EdgeTPU(
      library.devices()[1], library: library,
      settings: EdgeTPUSettings(performance: .medium, usbAlwaysDFU: true, usbMaxBulkInQueueLength: 8, verbosity: 1))
    _ = try CompiledModel(
      load("mobilenet_quant_v1_224_feature_layers_edgetpu"), hardware: .edgeTPU(device, threads: 1))
    #expect(
      standIn.delegates == ["device=:1 Performance=Medium Usb.AlwaysDfu=True Usb.MaxBulkInQueueLength=8"])
  }

  private func failure(_ settings: [String: Int], inferences: Int = 0) throws -> EdgeTPUError? {
    let hardware = try first(open(settings).library)
    let error = #expect(throws: LiteRTError.self) {
      let model = try CompiledModel(load("mobilenet_v1_1.0_224_l2norm_quant_edgetpu"), hardware: hardware)
      for seed in 0..<inferences { _ = try run(model, seed: seed) }
    }
    #expect(error?.code == .edgeTPU)
    return error?.edgeTPU
  }

  @Test("Reports a busy device with the message of the library")
  func busy() throws {
    let error = try #require(try failure(["BUSY": 0]))
    #expect(error.code == .cannotOpen && error.device?.bus == .usb && error.reason == "Failed to open device")
  }

  @Test("Reports a model for a newer library with the message of the runtime")
  func newer() throws {
    let error = try #require(try failure(["NEWER": 1]))
    #expect(error.code == .newerModel && error.reason?.contains("requires runtime version (14)") == true)
  }

  @Test("Reports a device unplugged during inference by name")
  func unplugged() throws {
    let error = try #require(try failure(["UNPLUGGED": 2], inferences: 5))
    #expect(error.code == .unplugged && error.device?.bus == .usb)
    #expect(error.reason?.contains("USB transfer error") == true)
  }

  @Test("Distinguishes a missing library, another library and a missing device")
  func missing() throws {
    let none = #expect(throws: EdgeTPUError.self) { try EdgeTPULibrary(path: folder.appending("none.so").path) }
    #expect("\(try #require(none))".contains("libedgetpu1-std"))
    let other = #expect(throws: EdgeTPUError.self) { try EdgeTPULibrary(path: runtime.path) }
    #expect("\(try #require(other))".contains("edgetpu_list_devices"))
    let library = try open(["USB": 0]).library
    #expect(library.devices().isEmpty)
    #expect(throws: EdgeTPUError.noDevice(library: library.path)) { try library.devices(.all(nil)) }
  }
}
