import Foundation
import ModelSurgery
import Synchronization
import TFLite
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite("Trainer", .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
struct TrainerTests {
  private let pictures: ColouredPictures
  private let trainer: Trainer

  init() throws {
    pictures = try ColouredPictures()
    trainer = Trainer(try TorchLibrary())
  }

  /// Stops a run after a step, resumes it and returns the result.
  private func interrupted(_ run: TrainingRun, after step: Int) async throws -> TrainingResult {
    let task = Mutex<Task<TrainingResult, any Error>?>(nil)
    let isStarted = AsyncStream.makeStream(of: Void.self)
    let steps = Mutex(0)
    let work = Task {
      for await _ in isStarted.stream { break }
      return try await trainer.train(run) { event in
        guard case .step = event else { return }
        let done = steps.withLock {
          $0 += 1
          return $0
        }
        if done == step { task.withLock { $0?.cancel() } }
      }
    }
    task.withLock { $0 = work }
    isStarted.continuation.finish()
    await #expect(throws: CancellationError.self) { try await work.value }
    var rest = run
    rest.isResuming = true
    return try await trainer.train(rest)
  }

  @Test(
    "Learns the classes and reports each step and epoch in order")
  func learns() async throws {
    var run = try pictures.run { $0.epochs = 8 }
    run.pretrained = try ColouredPictures.start()
    let reported = Mutex<[String]>([])
    let result = try await trainer.train(run) { event in
      let text =
        switch event {
        case .embedding: "embedding"
        case .begins(let steps, let step): "begins \(steps) \(step)"
        case .step(let progress): "step \(progress.epoch) \(progress.step) of \(progress.steps)"
        case .epoch(let result, _): "epoch \(result.epoch)"
        }
      reported.withLock { $0.append(text) }
    }
    // 9 pictures of each of three classes are 6 complete batches of 4.
    let expected = (1...8).flatMap { epoch in (1...6).map { "step \(epoch) \($0) of 6" } + ["epoch \(epoch)"] }
    #expect(reported.withLock { $0 } == ["begins 6 0"] + expected)
    #expect(result.history.count == 8)
    #expect(try #require(result.history.last).loss < 0.7 * #require(result.history.first).loss)
    #expect(try #require(result.evaluation).accuracy >= 0.8)
    #expect(result.evaluation?.accuracy == result.history.compactMap(\.testAccuracy).max())
    let best = try Checkpoint(contentsOf: run.bestFile)
    #expect(best.weights == result.best.weights)
    #expect(
      try await trainer.evaluate(best, on: #require(run.test), threads: 1).accuracy == result.evaluation?.accuracy)
  }

  @Test(
    "A run stopped after any step and resumed gives identical weights",
    arguments: [1, 6, 8, 17], ["plain", "all"])
  func resumed(step: Int, kind: String) async throws {
    func change(_ settings: inout TrainingSettings) {
      settings.epochs = 3
      guard kind == "all" else { return }
      settings.head = HeadSettings(projection: 16, dropout: 0.2)
      settings.optimizer = .rmsProp(rho: 0.9, momentum: 0.9, epsilon: 1)
      settings.rate = LearningRate(peak: 0.01, warmUp: 0.5)
      settings.averageDecay = 0.9
      settings.labelSmoothing = 0.1
      settings.fakeQuantization = FakeQuantizationSettings(grid: .uint8PerTensor, delay: 1.2, freeze: 1.2)
      settings.augmentation.colours = ColourDistortion(strength: 0.5)
    }
    let uninterrupted = try await trainer.train(pictures.run("uninterrupted", change))
    let resumed = try await interrupted(pictures.run("resumed", change), after: step)
    let files = ["uninterrupted", "resumed"].map { pictures.folder.appending("\($0)/last.safetensors") }
    let (one, other) = (try Checkpoint(contentsOf: files[0]), try Checkpoint(contentsOf: files[1]))
    #expect(one.position == other.position)
    #expect(one.weights == other.weights)
    #expect(one.averages == other.averages)
    #expect(one.velocities == other.velocities && one.squares == other.squares)
    #expect(one.ranges == other.ranges)
    #expect(uninterrupted.best.weights == resumed.best.weights)
    #expect(uninterrupted.history.map(\.loss) == resumed.history.map(\.loss))
  }

  @Test("With a frozen base model, cached embeddings train like embeddings computed in every step")
  func cached() async throws {
    func change(_ settings: inout TrainingSettings) {
      settings.isBaseFrozen = true
      settings.rate = LearningRate(peak: 0.5)
    }
    let once = try await trainer.train(pictures.run("once", change))
    var run = try pictures.run("every", change)
    run.isCachingEmbeddings = false
    let every = try await trainer.train(run)
    #expect(once.best.weights.names == every.best.weights.names)
    for name in once.best.weights.names {
      let (one, other) = (once.best.weights[name]?.elements ?? [], every.best.weights[name]?.elements ?? [])
      // Other batch sizes may sum in another order.
      #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
    }
    #expect(FileManager.default.fileExists(atPath: pictures.folder.appending("once/embeddings.safetensors").path))
    #expect(!FileManager.default.fileExists(atPath: pictures.folder.appending("every/embeddings.safetensors").path))
  }

  @Test("Reuses cached embeddings only for the same base model and pictures")
  func keptEmbeddings() async throws {
    let counted = Mutex(0)
    func train(_ name: String, _ change: (inout TrainingSettings) -> Void = { _ in }) async throws -> Int {
      counted.withLock { $0 = 0 }
      let run = try pictures.run(name) {
        $0.isBaseFrozen = true
        change(&$0)
      }
      try? FileManager.default.removeItem(at: run.lastFile)
      _ = try await trainer.train(run) { event in
        if case .embedding(let done, _) = event { counted.withLock { $0 = done } }
      }
      return counted.withLock { $0 }
    }
    #expect(try await train("run") == 36)
    #expect(try await train("run") { $0.epochs = 3 } == 0)
    #expect(try await train("run") { $0.side = 64 } == 36)
    let file = pictures.folder.appending("data/red/105.bmp")
    try Data(BitmapPicture.plain(7)).write(to: file)
    #expect(try await train("run") { $0.side = 64 } == 36)
  }

  @Test("An infinite loss stops the run, names the step and leaves the last good checkpoint")
  func divergence() async throws {
    let run = try pictures.run {
      $0.epochs = 4
      $0.rate = LearningRate(peak: 0.01, schedule: .steps(epochs: [2], factor: 1e30))
    }
    do {
      _ = try await trainer.train(run)
      Issue.record("the loss stayed finite")
    } catch let error as TrainingError {
      let found = try #require(error.divergence)
      #expect((12...18).contains(found.step) && found.epoch == 3 && found.rate > 1e27)
      #expect(found.kept == run.lastFile.path)
    }
    let checkpoint = try Checkpoint(contentsOf: run.lastFile)
    #expect(checkpoint.position.epoch == 2)
    #expect(checkpoint.weights.names.allSatisfy { checkpoint.weights[$0]?.elements.allSatisfy(\.isFinite) == true })
  }

  @Test("Divergence in the last step of an epoch does not overwrite the last good checkpoint")
  func divergenceInLastStep() async throws {
    // An epoch has six steps: the rate leaps at the last step of the second epoch.
    let run = try pictures.run {
      $0.epochs = 3
      $0.rate = LearningRate(peak: 0.01, schedule: .steps(epochs: [11.0 / 6], factor: 1e39))
    }
    await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    #expect(try Checkpoint(contentsOf: run.lastFile).position.epoch == 1)
  }

  @Test("With fake quantisation, the best checkpoint is one that can be quantised")
  func bestQuantized() async throws {
    let run = try pictures.run {
      $0.epochs = 4
      $0.rate = LearningRate(peak: 0.02, schedule: .steps(epochs: [2], factor: 1e-9))
      $0.fakeQuantization = FakeQuantizationSettings(grid: .uint8PerTensor, delay: 3, freeze: 3)
    }
    let result = try await trainer.train(run)
    #expect(result.history.map(\.isQuantized) == [false, false, false, true])
    #expect(result.best.position.epoch == 4)
    let model = try result.best.network().quantizedModel(ranges: result.best.ranges, grid: .uint8PerTensor)
    #expect(try !model.serialized().bytes().isEmpty)
  }

  @Test("Starts a run from the base model of another run")
  func start() async throws {
    let first = try pictures.run("first")
    let trained = try await trainer.train(first)
    var second = try pictures.run("second") { $0.isBaseFrozen = true }
    second.pretrained = try PretrainedWeights(
      of: first.bestFile, for: #require(Architecture(name: "mobilenet-v1-0.25")))
    let result = try await trainer.train(second)
    for name in trained.best.weights.names where !name.hasPrefix("head.") {
      #expect(result.best.weights[name] == trained.best.weights[name], "\(name)")
    }
  }

  @Test("Recognises folded batch normalisation, and unfolds it in training")
  func folded() async throws {
    let weights = try ColouredPictures.start().weights
    let again = try PretrainedWeights(weights, for: .mobileNetV1(multiplier: 0.25))
    #expect(again.isFolded)
    let run = try pictures.run()
    let trained = try await trainer.train(run)
    let moved = try PretrainedWeights(of: run.bestFile, for: .mobileNetV1(multiplier: 0.25))
    #expect(!moved.isFolded && trained.best.weights.names.count > moved.weights.names.count)
  }

  // MARK: Bad input

  @Test("Reports infinite weights under fake quantisation as an infinite loss")
  func divergesFakeQuantized() async throws {
    for grid in WeightGrid.allCases {
      let run = try pictures.run("\(grid)") {
        $0.rate = LearningRate(peak: 1e30, schedule: .constant)
        $0.fakeQuantization = FakeQuantizationSettings(grid: grid, delay: 0, freeze: 0)
      }
      do {
        _ = try await trainer.train(run)
        Issue.record("it continued")
      } catch let error as TrainingError {
        let found = try #require(error.divergence)
        #expect(found.step <= 4 && found.kept == nil)
      }
    }
  }

  @Test("Rejects a checkpoint with an impossible position, and a best checkpoint of another run")
  func impossible() async throws {
    var run = try pictures.run { $0.isBaseFrozen = true }
    _ = try await trainer.train(run)
    run.isResuming = true
    let good = try Checkpoint(contentsOf: run.lastFile)
    let changes: [(inout TrainingPosition) -> Void] = [
      { $0.stepInEpoch = -1 }, { $0.step = .max }, { $0.step = -10 }, { $0.correct = .max }, { $0.epoch = 3 },
      {
        $0.lossSum = -1; $0.epoch = -1
      },
    ]
    for change in changes {
      var bad = good
      change(&bad.position)
      try bad.write(to: run.lastFile)
      await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    }
    try good.write(to: run.lastFile)
    var other = good
    other.labels = ["x", "y", "z"]
    try other.write(to: run.bestFile)
    await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    try Data("nothing".utf8).write(to: run.bestFile)
    await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    try good.write(to: run.bestFile)
    #expect(try await trainer.train(run).history == good.history)
  }

  @Test("Computes cached embeddings of another shape again")
  func shapes() async throws {
    let run = try pictures.run { $0.isBaseFrozen = true }
    let first = try await trainer.train(run)
    let file = run.folder.appending(path: "embeddings.safetensors")
    let stored = try NamedWeights(contentsOf: file)
    let short = try NamedWeights([
      ("training", #require(WeightTensor(shape: [1, 256], [Float](repeating: 0, count: 256)))),
      ("test", #require(stored["test"])),
    ])
    var data = Data()
    for piece in try short.safetensors(metadata: stored.metadata) {
      piece.withUnsafeBytes { data.append(contentsOf: $0) }
    }
    try data.write(to: file)
    try FileManager.default.removeItem(at: run.lastFile)
    #expect(try await trainer.train(run).history.map(\.loss) == first.history.map(\.loss))
  }

  @Test("Rejects starting in a folder with a run, and resuming in one without")
  func folders() async throws {
    var run = try pictures.run { $0.epochs = 1 }
    run.isResuming = true
    await #expect(throws: TrainingError.nothingToResume(path: run.lastFile.path)) { try await trainer.train(run) }
    run.isResuming = false
    _ = try await trainer.train(run)
    await #expect(throws: TrainingError.alreadyThere(path: run.lastFile.path)) { try await trainer.train(run) }
  }

  @Test("Rejects resuming with other settings, pictures or classes, naming the difference")
  func otherRun() async throws {
    var run = try pictures.run { $0.epochs = 1 }
    _ = try await trainer.train(run)
    run.isResuming = true
    func expectRefusal(_ text: String, _ change: (inout TrainingRun) throws -> Void) async throws {
      var other = run
      try change(&other)
      do {
        _ = try await trainer.train(other)
        Issue.record("it continued: \(text)")
      } catch let error as TrainingError where error.code == .otherRun {
        #expect(error.message.hasPrefix(run.lastFile.path) && error.message.contains(text), "\(error)")
      }
    }
    try await expectRefusal("its settings are different (epochs, labelSmoothing)") {
      $0.settings.epochs = 2
      $0.settings.labelSmoothing = 0.2
    }
    try await expectRefusal("its pictures are different") {
      $0.training = $0.training.with(Array($0.training.examples.dropLast()))
    }
    try await expectRefusal("its classes are different") { run in
      run.training = run.training.with(run.training.examples, labels: ["a", "b", "c"])
    }
  }

  @Test("Rejects too few pictures, too few classes and invalid settings by name")
  func refused() async throws {
    func error(_ change: (inout TrainingRun) throws -> Void) async throws -> String {
      var run = try pictures.run()
      try change(&run)
      do {
        _ = try await trainer.train(run)
        return "nothing"
      } catch { return "\(error)" }
    }
    #expect(try await error { $0.settings.batchSize = 28 }.contains("27 pictures"))
    #expect(try await error { $0.training = try $0.training.selecting(classes: ["red"]) }.contains("1 class"))
    #expect(try await error { $0.settings.architecture = "resnet" }.contains("mobilenet-v1-1.0"))
    #expect(try await error { $0.settings.side = 8 }.contains("side"))
    #expect(try await error { $0.settings.rate.peak = .nan }.contains("rate"))
    #expect(try await error { $0.settings.labelSmoothing = 1 }.contains("label smoothing"))
    #expect(try await error { $0.settings.epochs = 0 }.contains("epochs"))
    #expect(try await error { $0.settings.epochs = .max }.contains("epochs"))
    #expect(
      try await error { $0.settings.optimizer = .sgd(momentum: .nan, isNesterov: false) }.contains("momentum"))
    #expect(
      try await error { $0.settings.rate.schedule = .steps(epochs: [.infinity], factor: 0.1) }.contains(
        "schedule of the learning rate"))
    for (delay, freeze) in [(2.0, 2.0), (.infinity, 0), (0, .infinity)] {
      #expect(
        try await error {
          $0.settings.fakeQuantization = FakeQuantizationSettings(grid: .int8PerChannel, delay: delay, freeze: freeze)
        }.contains("is invalid"))
    }
    #expect(
      try await error {
        $0.settings.isBaseFrozen = true
        $0.settings.fakeQuantization = FakeQuantizationSettings(grid: .int8PerChannel, delay: 1, freeze: 1)
      }.contains("a frozen base is quantised from the start"))
    #expect(try await error { $0.settings.steps = 0 }.contains("the number of steps"))
    #expect(
      try await error {
        $0.settings.steps = 3
        $0.settings.fakeQuantization = FakeQuantizationSettings(grid: .int8PerChannel, delay: 0.5, freeze: 0.5)
      }.contains("0.5 epochs are not less than the 3 steps"))
    #expect(try await error { $0.device = 99 }.contains("CUDA"))
  }

  @Test("An unreadable picture stops the run with an error that names it")
  func unreadable() async throws {
    let file = pictures.folder.appending("data/green/106.bmp")
    try Data("no picture".utf8).write(to: file)
    do {
      _ = try await trainer.train(pictures.run())
      Issue.record("it was read")
    } catch {
      #expect("\(error)".contains("green/106.bmp"), "\(error)")
    }
  }
}
