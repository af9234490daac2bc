import Foundation
import Heads
import Imprinting
import Inference
import LiteRT
import ModelSurgery
import Pictures
import TFLite
import TestMaterial
import Testing

@Suite(
  "Teaching on a base model on an Edge TPU, with a stand-in for the library")
struct EdgeTPUTeachingTests {
  private let folder: TemporaryFolder
  private let compiledTail = Material.model("mobilenet_v1_1.0_224_l2norm_quant_edgetpu")
  private let twinTail = Material.model("mobilenet_v1_1.0_224_l2norm_quant")
  private let compiledBase = Material.model("mobilenet_quant_v1_224_feature_layers_edgetpu")
  private let twinBase = StandIn.twin

  init() throws { folder = try TemporaryFolder() }

  private func flowers(_ range: Range<Int>) throws -> [LabelledPictures.Class] {
    try ["daisy", "iris", "tulip"].map { name in
      let root = Material.flowers17.appending(path: name)
      return .init(name: name, pictures: Array(try PictureFiles.pictures(at: root)[range]))
    }
  }

  private func execution(_ standIn: StandIn, _ device: Device = .automatic) -> Execution {
    Execution(device: device, edgeTPU: EdgeTPUOptions(library: standIn.library.path))
  }

  // The twin (the uncompiled model) in the arithmetic that the stand-in uses.
  private let processor = Execution(arithmetic: .exact)

  private func compiledOptions(_ model: Model) -> [[UInt8]] {
    let operators = model.mainSubgraph?.operators ?? []
    return operators.filter { model.name(of: $0) == Model.compiledOperatorName }
      .map { $0.customOptions.map { $0.withUnsafeBytes { [UInt8]($0) } } ?? [] }
  }

  private func rows(_ model: Model) throws -> [UInt8] {
    let kernel = try #require(model.mainSubgraph?.tensor(ImprintingTail(of: model).kernel))
    return try #require(model.constant(kernel)).withUnsafeBytes { [UInt8]($0) }
  }

  @Test(
    "The engine learns the same rows as on the uncompiled model and keeps the compiled operator",
    arguments: [false, true])
  func engine(keepClasses: Bool) async throws {
    let standIn = try StandIn(in: folder)
    let engine = try ImprintingEngine(
      model: compiledTail, keepClasses: keepClasses, execution: execution(standIn, .edgeTPU(.place(0, .usb))))
    let twin = try ImprintingEngine(model: twinTail, keepClasses: keepClasses, execution: processor)
    let reader = try PictureReader(width: 224, height: 224)
    for flower in try flowers(0..<5) {
      let pictures = try flower.pictures.map { try reader.read($0) }
      try await engine.train(pictures, classID: engine.classCount)
      try await twin.train(pictures, classID: twin.classCount)
    }
    let written = try await engine.model()
    let expected = try await twin.model()
    #expect(try rows(written) == rows(expected))
    #expect(written.imprintedClasses == expected.imprintedClasses)
    let before = try compiledOptions(Model(contentsOf: compiledTail))
    #expect(before.count == 1 && before[0].count > 1_000_000)
    #expect(compiledOptions(try Model(bytes: Bytes(written.serialized().bytes()))) == before)
  }

  @Test(
    "Every head method gives the same answers on the compiled base model as on the uncompiled one",
    arguments: HeadMethods.names)
  func heads(name: String) async throws {
    let method = try #require(HeadMethods.named(name))
    let standIn = try StandIn(in: folder)
    func teach(_ base: URL, _ execution: Execution) async throws -> (model: URL, answers: [[Classification]]) {
      let teacher = try Teacher(model: base, method: method, execution: execution)
      try await teacher.learn(flowers(0..<4))
      let file = folder.appending("\(UUID().uuidString).tflite")
      try await teacher.save(to: file)
      let classifier = try Classifier(contentsOf: file, execution: execution)
      var answers: [[Classification]] = []
      for picture in try flowers(10..<12).flatMap(\.pictures) {
        answers.append(try await classifier.classify(picture).classes)
      }
      return (file, answers)
    }
    let device = try await teach(compiledBase, execution(standIn))
    let processor = try await teach(twinBase, processor)
    #expect(device.answers == processor.answers)
    #expect(
      try compiledOptions(Model(contentsOf: device.model)) == compiledOptions(Model(contentsOf: compiledBase)))
  }

  @Test("Several devices share the pictures, and embeddings come in the order of the pictures")
  func severalDevices() async throws {
    let standIn = try StandIn(["USB": 2, "DELAY": 20], in: folder)
    let pictures = try flowers(0..<6).flatMap(\.pictures)
    func embeddings(_ model: URL, _ execution: Execution) async throws -> [Bytes] {
      let extractor = try Extractor(model: model, execution: execution)
      var embeddings: [Bytes] = []
      try await extractor.embed(pictures) { index, picture in
        #expect(index == embeddings.count)
        embeddings.append(try picture.get().embeddings)
      }
      return embeddings
    }
    #expect(try await embeddings(compiledBase, execution(standIn)) == embeddings(twinBase, processor))
    #expect(Set(standIn.delegates) == ["device=:0", "device=:1"])
  }

  @Test("Leaves out a busy device among several; fails if the busy device is the only choice")
  func oneBusy() async throws {
    let standIn = try StandIn(["USB": 2, "BUSY": 0], in: folder)
    let classes = try flowers(0..<2)
    let teacher = try Teacher(model: compiledBase, execution: execution(standIn, .edgeTPU(.all(nil))))
    #expect(try await teacher.learn(classes).pictures == 6)
    let busyOnly = try Teacher(model: compiledBase, execution: execution(standIn, .edgeTPU(.place(0, nil))))
    let error = await #expect(throws: LiteRTError.self) { try await busyOnly.learn(classes) }
    #expect("\(try #require(error))".contains("another process uses it"))
  }

  @Test("Uses a device again after it was unplugged and reconnected")
  func reconnected() async throws {
    let standIn = try StandIn(["UNPLUGGED": 4, "BACK": 1], in: folder)
    let teacher = try Teacher(model: compiledBase, execution: execution(standIn))
    await #expect(throws: LiteRTError.self) { try await teacher.learn(flowers(0..<2)) }
    #expect(try await teacher.learn(flowers(0..<2)).pictures == 6)
  }

  @Test("Names what is missing: the device, the library or an Edge TPU")
  func refusals() throws {
    func refusal(_ execution: Execution) throws -> String {
      let error = #expect(throws: InferenceError.self) { try Extractor(model: compiledBase, execution: execution) }
      return "\(try #require(error))"
    }
    let none = try StandIn(["USB": 0], in: folder)
    #expect(try refusal(execution(none)).contains("no Edge TPU was found"))
    let missing = Execution(edgeTPU: EdgeTPUOptions(library: folder.appending("none.so").path))
    #expect(try refusal(missing).contains("libedgetpu1-std"))
    #expect(try refusal(Execution(device: .cpu)).contains("processor"))
    let standIn = try StandIn(in: folder)
    #expect(throws: InferenceError.notForEdgeTPU) {
      try Extractor(model: twinBase, execution: execution(standIn, .edgeTPU(.all(nil))))
    }
    #expect(throws: EdgeTPUError.noDevice(library: none.library.path)) {
      try Extractor(model: compiledBase, execution: execution(none, .edgeTPU(.all(nil))))
    }
  }

  @Test(
    "Throws the error of the library's trial run", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func trial() throws {
    let standIn = try StandIn(in: folder)
    let crash = EdgeTPUError.libraryCrashes(path: standIn.library.path, version: "", signal: 6)
    let use = EdgeTPUOptions(library: standIn.library.path) { library, file, choice in
      #expect(library.version.contains("stand-in") && file.count > 1_000_000 && choice == .all(nil))
      throw crash
    }
    #expect(throws: crash) {
      try Extractor(model: compiledBase, execution: Execution(device: .edgeTPU(.all(nil)), edgeTPU: use))
    }
  }

  @Test("Parses and prints the names of devices")
  func spelling() {
    #expect(Device("cpu") == .cpu && Device("auto") == .automatic)
    #expect(Device("edgetpu") == .edgeTPU(.all(nil)) && Device("edgetpu:1") == .edgeTPU(.place(1, nil)))
    #expect(Device("usb") == .edgeTPU(.all(.usb)) && Device("edgetpu:pci:1") == .edgeTPU(.place(1, .pci)))
    #expect(Device(":0") == .edgeTPU(.place(0, nil)) && Device("/dev/apex_0") == .edgeTPU(.path("/dev/apex_0")))
    #expect(Device("gpu") == nil && Device("") == nil && Device("edgetpux") == nil)
    for text in ["cpu", "auto", "edgetpu", "edgetpu:usb:1", "edgetpu::2"] { #expect(Device(text)?.description == text) }
  }

  @Test("Unplugging a device ends the lesson with an error; earlier embeddings stay if wanted")
  func unplugged() async throws {
    for keepsPartial in [false, true] {
      let standIn = try StandIn(["UNPLUGGED": 5], in: folder)
      let teacher = try Teacher(model: compiledBase, execution: execution(standIn))
      let error = await #expect(throws: LiteRTError.self) {
        try await teacher.learn(flowers(0..<4), keepsPartial: keepsPartial)
      }
      #expect("\(try #require(error))".contains("unplugged"))
      let embeddings = await teacher.embeddings
      #expect(embeddings.pictures == (keepsPartial ? 5 : 0))
      #expect(embeddings.classes.map(\.name) == (keepsPartial ? ["daisy", "iris"] : []))
    }
  }
}
