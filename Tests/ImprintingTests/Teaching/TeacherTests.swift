import Foundation
import Heads
import Imprinting
import Inference
import Pictures
import Synchronization
import TFLite
import TestMaterial
import Testing

@Suite("The teacher")
struct TeacherTests {
  private let extractor = Material.model("mobilenet_v1_1.0_224_quant_embedding_extractor")
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func flowers(_ name: String, _ range: Range<Int>, as label: String? = nil) throws -> LabelledPictures.Class {
    let root = Material.flowers17.appending(path: name)
    let files = try FileManager.default.contentsOfDirectory(atPath: root.path).sorted()
    return .init(name: label ?? name, pictures: files[range].map { root.appending(path: $0) })
  }

  @Test("Learns, evaluates, and writes the model with its labels beside it")
  func wholeWay() async throws {
    let teacher = try Teacher(model: extractor)
    let lesson = try await teacher.learn([flowers("daisy", 0..<5), flowers("iris", 0..<4)])
    #expect(lesson.classes.map(\.pictures) == [5, 4])
    #expect(lesson.pictures == 9)
    let evaluation = try await teacher.evaluate([flowers("daisy", 10..<13), flowers("iris", 10..<13)])
    #expect(evaluation.count == 6)
    #expect(evaluation.accuracy(top: 1) >= 5.0 / 6)
    let model = folder.appending("flowers.tflite")
    let labels = try await teacher.save(to: model)
    #expect(labels == folder.appending("flowers.txt"))
    #expect(try String(contentsOf: labels, encoding: .utf8) == "0  daisy\n1  iris\n")
    #expect(try Classifier(contentsOf: model).labels == Labels([0: "daisy", 1: "iris"]))
  }

  @Test(
    "Pictures under one class name make one class, in one lesson or in two concurrent ones",
    arguments: [Analytic(), Imprinted()] as [any HeadMethod])
  func sameName(method: any HeadMethod) async throws {
    let teacher = try Teacher(model: extractor, method: method)
    try await teacher.learn([flowers("daisy", 0..<2), flowers("daisy", 2..<4)])
    #expect(await teacher.labels == Labels([0: "daisy"]))
    async let first = teacher.learn([flowers("iris", 0..<2)])
    async let second = teacher.learn([flowers("iris", 2..<4)])
    _ = try await (first, second)
    #expect(await teacher.labels == Labels([0: "daisy", 1: "iris"]))
    #expect(await teacher.embeddings.classes.map(\.count) == [4, 4])
    let model = folder.appending("once.tflite")
    try await teacher.save(to: model)
    #expect(try Classifier(contentsOf: model).labels == Labels([0: "daisy", 1: "iris"]))
    if method is Imprinted { #expect(try Model(contentsOf: model).imprintedClasses.map(\.pictures) == [4, 4]) }
  }

  @Test(
    "Decoded pictures give the same model as their files, but for the digest in the record",
    arguments: [Analytic(), Imprinted()] as [any HeadMethod])
  func decoded(method: any HeadMethod) async throws {
    let classes = try [flowers("daisy", 0..<3), flowers("iris", 0..<3)]
    let files = try Teacher(model: extractor, method: method)
    try await files.learn(classes)
    let memory = try Teacher(model: extractor, method: method)
    let reader = try PictureReader(width: 224, height: 224)
    let done = Mutex(0)
    try await memory.learn(
      decoded: classes.map { (name: $0.name, pictures: try $0.pictures.map { try reader.read($0) }) }
    ) { count in done.withLock { $0 = count } }
    #expect(done.withLock { $0 } == 6)
    var models = try await [files.model(), memory.model()]
    #expect(models[0].teachingRecord?.counts == models[1].teachingRecord?.counts)
    for place in models.indices { try models[place].setTeachingRecord(nil) }
    #expect(try models[0].serialized().bytes() == models[1].serialized().bytes())
  }

  @Test("Rejects decoded pictures of a wrong size and learns nothing")
  func decodedRefused() async throws {
    let small = try PictureReader(width: 100, height: 224).read(flowers("daisy", 0..<1).pictures[0])
    let teacher = try Teacher(model: extractor)
    await #expect(
      throws: InferenceError.wrongPictureSize(width: 100, height: 224, expectedWidth: 224, expectedHeight: 224)
    ) { try await teacher.learn(decoded: [("daisy", [small])]) }
    await #expect(throws: ImprintingError.noPictures) { try await teacher.learn(decoded: [("daisy", [])]) }
    let several = try Teacher(model: extractor, augmentation: .five)
    await #expect(throws: InferenceError.augmentationOfDecoded(.five)) {
      try await several.learn(decoded: [("daisy", [small])])
    }
    #expect(await teacher.embeddings.pictures == 0)
  }

  @Test(
    "Rejects two pictures of a single class without base classes, and a single picture beside base classes"
  )
  func oneClass() async throws {
    let single = try Teacher(model: extractor)
    try await single.learn([flowers("daisy", 0..<2)])
    await #expect(throws: HeadError.tooFewPicturesOfOneClass(2)) { try await single.model() }
    let base = Material.model("mobilenet_v1_0.25_128_quant")
    let beside = try Teacher(model: base, keepClasses: true)
    try await beside.learn([flowers("daisy", 0..<1, as: "my daisy")])
    await #expect(throws: BaseClassCalibrationError.tooFewPictures) { try await beside.model() }
    try await beside.learn([flowers("daisy", 1..<6, as: "my daisy")])
    let evaluation = try await beside.evaluate([flowers("daisy", 10..<20, as: "my daisy")])
    #expect(evaluation.accuracy(top: 1) >= 0.7)
  }

  @Test("Counts earlier embeddings once, even under concurrent calls")
  func earlierEmbeddings() async throws {
    let first = try Teacher(model: extractor)
    try await first.learn([flowers("daisy", 0..<2), flowers("iris", 0..<2)])
    let teacher = try Teacher(model: extractor, method: .imprinted, from: await first.embeddings)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = await teacher.lesson() } }
      try await group.waitForAll()
    }
    let model = folder.appending("told.tflite")
    try await teacher.save(to: model)
    #expect(try Model(contentsOf: model).imprintedClasses.map(\.pictures) == [2, 2])
  }

  @Test("Keeping the classes keeps their resize mode, unless the caller passes another")
  func resize() async throws {
    let first = try Teacher(model: extractor, resize: .squash)
    try await first.learn([flowers("daisy", 0..<2), flowers("iris", 0..<2)])
    let model = folder.appending("squash.tflite")
    try await first.save(to: model)
    #expect(try Teacher(model: model, keepClasses: true).resize == .squash)
    #expect(try Teacher(model: model, keepClasses: true, resize: .pad).resize == .pad)
    #expect(try Teacher(model: model, keepClasses: true, resize: .pad).earlierResize == .squash)
    #expect(try Teacher(model: model).resize == .crop)
  }

  @Test(
    "Rejects names that a label file cannot hold, before embedding any picture",
    arguments: ["", " ", " rose", "a\nb", "rose\t"])
  func names(name: String) async throws {
    let teacher = try Teacher(model: extractor)
    await #expect(throws: ImprintingError.badName(name)) {
      try await teacher.learn([flowers("daisy", 0..<1, as: name)])
    }
  }

  @Test("Rejects a model file whose label file would have the same name")
  func labelFile() async throws {
    let teacher = try Teacher(model: extractor)
    try await teacher.learn([flowers("daisy", 0..<1), flowers("iris", 0..<1)])
    await #expect(throws: AtomicFileError.self) { try await teacher.save(to: folder.appending("model.txt")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test("Gives the reasons if none of the pictures can be read")
  func unreadable() async throws {
    let files = (1...5).map { folder.appending("\($0).jpg") }
    for file in files { try Data("no picture".utf8).write(to: file) }
    let teacher = try Teacher(model: Material.model("mobilenet_v1_0.25_128_quant"))
    let error = await #expect(throws: ImprintingError.self) {
      try await teacher.learn([.init(name: "rose", pictures: files)])
    }
    #expect(error?.code == .noPictures)
    #expect(error?.message.contains("none of the 5 pictures can be read: ") == true)
    #expect(error?.message.contains("1.jpg is not a picture in a known format") == true)
    #expect(error?.message.hasSuffix("and 2 more") == true)
    #expect(error?.remedy?.contains("JPEG") == true)
  }

  @Test("Rejects labels of classes that the model does not have")
  func tooManyLabels() {
    #expect(throws: LabelsError.beyondClasses(5000, count: 1001)) {
      try Classifier(
        contentsOf: Material.model("mobilenet_v1_0.25_128_quant"), labels: Labels([0: "rose", 5000: "tulip"]))
    }
  }

  @Test("Rejects an evaluation on a class that the labels do not name")
  func unknownClass() async throws {
    let classifier = try Classifier(
      contentsOf: Material.model("mobilenet_v1_0.25_128_quant"), labels: Labels([0: "rose"]))
    await #expect(throws: EvaluationError.unknownClasses(["tulip"], known: 1001)) {
      try await classifier.evaluate([flowers("tulip", 0..<1, as: "tulip")])
    }
  }

  @Test("A free batch and a signature that names other tensors change no answer")
  func exportersForms() async throws {
    let plain = try Model(contentsOf: Material.model("mobilenet_v1_0.25_128_quant"))
    var model = plain
    for place in model.subgraphs[0].tensors.indices where model.subgraphs[0].tensors[place].shape.first == 1 {
      model.subgraphs[0].tensors[place].shapeSignature = [-1] + model.subgraphs[0].tensors[place].shape.dropFirst()
    }
    var signature = SignatureDef()
    signature.inputs = [TensorMap(name: "in", tensorIndex: 1)]
    signature.outputs = [TensorMap(name: "out", tensorIndex: 2)]
    model.signatureDefs = [signature]
    let pictures = try flowers("tulip", 0..<2).pictures
    let classifiers = try [plain, model].map { try Classifier(model: $0) }
    for picture in pictures {
      #expect(try await classifiers[0].classify(picture) == classifiers[1].classify(picture))
    }
    #expect(try Extractor(model: model).space == Extractor(model: plain).space)
  }
}
