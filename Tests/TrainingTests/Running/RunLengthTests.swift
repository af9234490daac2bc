import Foundation
import ModelSurgery
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite("The length of a run", .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
struct RunLengthTests {
  private let pictures: ColouredPictures
  private let trainer: Trainer

  init() throws {
    pictures = try ColouredPictures()
    trainer = Trainer(try TorchLibrary())
  }

  // An epoch has six steps.
  private func run(_ name: String, steps: Int) throws -> TrainingRun {
    try pictures.run(name) {
      $0.isBaseFrozen = true
      $0.rate = LearningRate(peak: 0.1, schedule: .constant)
      $0.steps = steps
      $0.epochs = (steps + 5) / 6
    }
  }

  @Test("A run of some steps ends in the middle of an epoch, and tests there")
  func steps() async throws {
    let run = try run("run", steps: 8)
    let result = try await trainer.train(run)
    #expect(result.history.map(\.epoch) == [1, 2])
    #expect(result.history.allSatisfy { $0.testAccuracy != nil })
    let last = try Checkpoint(contentsOf: run.lastFile)
    #expect(last.position.step == 8 && last.position.epoch == 1 && last.position.stepInEpoch == 2)
    // A finished run that is resumed with the same settings only reports.
    var again = run
    again.isResuming = true
    #expect(try await trainer.train(again).history == result.history)
  }

  @Test("A finished run is extended by steps, again and again, to the weights of one long run")
  func extended() async throws {
    var run = try run("run", steps: 8)
    _ = try await trainer.train(run)
    run.isResuming = true
    for steps in [11, 12, 15] {
      (run.settings.steps, run.settings.epochs) = (steps, (steps + 5) / 6)
      let result = try await trainer.train(run)
      #expect(result.history.map(\.epoch) == Array(1...(steps + 5) / 6))
    }
    let long = try self.run("long", steps: 15)
    let expected = try await trainer.train(long)
    let (one, other) = (try Checkpoint(contentsOf: run.lastFile), try Checkpoint(contentsOf: long.lastFile))
    #expect(one.weights == other.weights && one.velocities == other.velocities && one.position == other.position)
    #expect(one.history.map(\.loss) == expected.history.map(\.loss))
  }

  @Test("Steps beyond the last epoch change nothing; the schedule has the length of the run")
  func length() {
    var settings = TrainingSettings(architecture: "mobilenet-v1-0.25", side: 32, epochs: 3)
    #expect(settings.stepCount(stepsPerEpoch: 6) == 18 && settings.length(stepsPerEpoch: 6) == 3)
    settings.steps = 9
    #expect(settings.stepCount(stepsPerEpoch: 6) == 9 && settings.length(stepsPerEpoch: 6) == 1.5)
    settings.steps = 100
    #expect(settings.stepCount(stepsPerEpoch: 6) == 18)
  }

  @Test("A run that is not finished, or that is to become shorter, keeps its length")
  func refused() async throws {
    var run = try run("run", steps: 8)
    _ = try await trainer.train(run)
    run.isResuming = true
    for steps in [7, 3] {
      (run.settings.steps, run.settings.epochs) = (steps, (steps + 5) / 6)
      await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    }
    (run.settings.steps, run.settings.epochs) = (20, 4)
    run.settings.labelSmoothing = 0.2
    await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    let finished = try Checkpoint(contentsOf: run.lastFile)
    for length in [Int.max, .min, 0, -1] {
      var damaged = finished
      (damaged.settings.epochs, damaged.settings.steps) = (length, length == 0 ? nil : length)
      damaged.position.step = .max
      try damaged.write(to: run.lastFile)
      await #expect(throws: TrainingError.self) { try await trainer.train(run) }
    }
    var unfinished = finished
    unfinished.position.stepInEpoch = 1
    unfinished.position.step = 7
    unfinished.history.removeLast()
    unfinished.position.correct = 0
    try unfinished.write(to: run.lastFile)
    run.settings.labelSmoothing = unfinished.settings.labelSmoothing
    do {
      _ = try await trainer.train(run)
      Issue.record("it continued")
    } catch let error as TrainingError {
      #expect(error.message.contains("its settings are different (epochs, steps)"), "\(error)")
    }
  }
}
