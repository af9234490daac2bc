import Heads
import Synchronization
import TestMaterial
import Testing
import Torch

@testable import Training

@Suite(
  "The paper's experiment",
  .enabled(if: TorchLibrary.isInstalled, Comment(rawValue: ColouredPictures.need)))
struct ExperimentTests {
  private let pictures: ColouredPictures
  private let trainer: Trainer

  init() throws {
    pictures = try ColouredPictures(["a", "b", "c", "d", "e"])
    trainer = Trainer(try TorchLibrary())
  }

  private func base(_ classes: [String] = ["a", "b", "c"], projection: Int? = nil) async throws -> Checkpoint {
    // Enough steps that the base is good whatever the rounding of the processor.
    var run = try pictures.run {
      $0.epochs = 24
      $0.rate = LearningRate(peak: 0.01)
      $0.head.projection = projection
    }
    let parts = try pictures.data.selecting(classes: classes).split(testRatio: 0.25)
    run.pretrained = try ColouredPictures.start()
    (run.training, run.test) = (parts.training, parts.heldBack)
    return try await trainer.train(run).best
  }

  @Test(
    "Each method learns new classes, and a draw does not depend on the other draws",
    .enabled(if: Material.isPresent, Comment(rawValue: Material.need)), arguments: [nil, 24])
  func results(projection: Int?) async throws {
    let base = try await base(projection: projection)
    var experiment = Experiment(shots: [1, 5], draws: 3)
    let rounds = Mutex(0)
    let found = try await trainer.run(experiment, on: pictures.data, base: base, threads: 1) { event in
      if case .round(let done, let count) = event, count == 6 { rounds.withLock { $0 = done } }
    }
    #expect(rounds.withLock { $0 } == 6)
    #expect(found.baseLabels == ["a", "b", "c"] && found.newLabels == ["d", "e"])
    #expect(found.testPictures == 15)
    #expect(found.rows.map(\.shots) == ExperimentMethod.allCases.flatMap { _ in [1, 5] })
    #expect(found.baseAccuracy >= 0.6)
    for method in [ExperimentMethod.imprinted, .varied, .analytic] {
      let row = try #require(found.row(method, shots: 5))
      #expect(row.newClasses.mean >= 0.6, "\(method) \(row.newClasses)")
      #expect(row.newClasses.count == 3)
    }
    // Fewer shots are a prefix of more, whatever other numbers are requested.
    experiment.shots = [5]
    let fiveShots = try await trainer.run(experiment, on: pictures.data, base: base, threads: 1)
    #expect(fiveShots.row(.imprinted, shots: 5) == found.row(.imprinted, shots: 5))
    #expect(fiveShots.row(.analytic, shots: 5) == found.row(.analytic, shots: 5))
  }

  @Test("Fine-tunes the whole network", .enabled(if: Material.isPresent, Comment(rawValue: Material.need)))
  func network() async throws {
    let base = try await base()
    let experiment = Experiment(shots: [4], draws: 1, fineTuning: FineTuning(of: .network, epochs: 3, rate: 0.01))
    let found = try await trainer.run(experiment, on: pictures.data, base: base, threads: 1)
    let tuned = try #require(found.row(.fineTuned, shots: 4))
    #expect(tuned.allClasses.mean >= 0.5, "\(tuned.allClasses)")
  }

  @Test("Balances classes by repeating the smaller ones")
  func balanced() {
    #expect(ExperimentData.balanced([[0, 1, 2, 3, 4], [7, 9], []]) == [0, 1, 2, 3, 4, 7, 9, 7, 9, 7])
    #expect(ExperimentData.balanced([]) == [])
  }

  @Test(
    "Rejects data without new classes or base classes, and invalid numbers, before training")
  func refused() throws {
    let data = pictures.data
    func error(_ experiment: Experiment, _ labels: [String] = ["a", "b"]) -> String {
      do {
        try experiment.check(on: data, baseLabels: labels)
        return "nothing"
      } catch { return "\(error)" }
    }
    #expect(error(Experiment()) == "nothing")
    #expect(error(Experiment(), ["a", "b", "c", "d", "e"]).contains("leave some out"))
    #expect(error(Experiment(), ["a", "zebra"]).contains("zebra"))
    #expect(error(Experiment(shots: [])).contains("numbers of shots"))
    #expect(error(Experiment(shots: [1, 0])).contains("numbers of shots"))
    #expect(error(Experiment(draws: 0)).contains("draws"))
    #expect(error(Experiment(testRatio: 0)).contains("test ratio"))
    #expect(error(Experiment(fineTuning: FineTuning(of: .head, rate: .infinity))).contains("rate"))
    #expect(error(Experiment(fineTuning: FineTuning(of: .head, epochs: 0))).contains("epochs"))
  }
}
