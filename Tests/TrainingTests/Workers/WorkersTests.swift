import Foundation
import ModelSurgery
import TestMaterial
import Testing
import Torch

@testable import Training

/// Workers of one process, each with its own thread and connections; the command's tests use real processes.
@Suite(
  "Workers", .serialized,
  .enabled(if: TorchLibrary.connectsProcesses, "needs libtorch with Gloo (scripts/setup --training)"))
struct WorkersTests {
  private let pictures: ColouredPictures
  private let library: TorchLibrary

  init() throws {
    pictures = try ColouredPictures()
    library = try TorchLibrary()
  }

  private func place(_ rank: Int, of count: Int, port: Int) throws -> WorkerPlace {
    let environment = [
      "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
    ]
    return try #require(try WorkerPlace(environment))
  }

  /// Trains with several workers, each with a folder of its own, and returns the results by rank.
  private func train(
    _ count: Int, _ run: TrainingRun, change: @Sendable @escaping (Int, inout TrainingRun) -> Void = { _, _ in }
  ) async throws -> [TrainingResult] {
    let port = try FreePort.find()
    return try await withThrowingTaskGroup(of: (Int, TrainingResult).self) { group in
      for rank in 0..<count {
        let place = try place(rank, of: count, port: port)
        group.addTask {
          let trainer = Trainer(library)
          let workers = try await trainer.join(place, limit: .seconds(30))
          return try await workers.run {
            var own = run
            own.workers = workers
            if rank > 0 {
              own.folder.append(path: "other\(rank)")
              own.isResuming = false
              own.pretrained = nil
            }
            change(rank, &own)
            return (rank, try await trainer.train(own))
          }
        }
      }
      var results: [Int: TrainingResult] = [:]
      for try await (rank, result) in group { results[rank] = result }
      return try (0..<count).map { try #require(results[$0]) }
    }
  }

  /// Returns ‖a − b‖ / ‖a‖ over all weights.
  private func distance(_ a: NamedWeights, _ b: NamedWeights) throws -> Double {
    var (squares, differences) = (0.0, 0.0)
    for name in a.names {
      let (own, other) = (try #require(a[name]).elements, try #require(b[name]).elements)
      try #require(own.count == other.count)
      for (x, y) in zip(own, other) {
        squares += Double(x) * Double(x)
        differences += Double(x - y) * Double(x - y)
      }
    }
    return (differences / squares).squareRoot()
  }

  private func run(_ name: String, _ kind: String) throws -> TrainingRun {
    var run = try pictures.run(name) { settings in
      settings.epochs = 2
      settings.batchSize = 5
      settings.rate = LearningRate(peak: 0.0002)
      guard kind == "all" else { return }
      settings.head = HeadSettings(projection: 16, dropout: 0.2)
      settings.optimizer = .rmsProp(rho: 0.9, momentum: 0.9, epsilon: 1)
      settings.averageDecay = 0.9
      settings.labelSmoothing = 0.1
      settings.fakeQuantization = FakeQuantizationSettings(grid: .int8PerChannel, delay: 0.4, freeze: 1.4)
    }
    run.pretrained = try ColouredPictures.start()
    return run
  }

  // Rounding depends on the processor, and on the number of threads, which other tests in this process set as well. Fake
  // quantisation turns a difference into a step of its grid: the weights were 0.0065 apart then, and else 0.00015.
  @Test(
    "Two and three workers train to the weights of one, apart from rounding, and divide any batch",
    arguments: [("plain", 0.01), ("all", 0.2)])
  func sameWeights(kind: String, part: Double) async throws {
    let alone = try run("alone", kind)
    _ = try await Trainer(library).train(alone)
    let expected = try Checkpoint(contentsOf: alone.lastFile)
    // The same pictures in another order.
    var other = try run("other", kind)
    other.settings.seed += 1
    _ = try await Trainer(library).train(other)
    let bound = part * (try distance(expected.weights, Checkpoint(contentsOf: other.lastFile).weights))
    for count in [2, 3] {
      let shared = try run("shared\(count)", kind)
      let results = try await train(count, shared)
      let found = try Checkpoint(contentsOf: shared.lastFile)
      let distance = try distance(expected.weights, found.weights)
      #expect(distance < bound, "\(distance), not \(bound)")
      #expect(found.position.step == expected.position.step && found.labels == expected.labels)
      #expect(found.ranges.count == expected.ranges.count)
      for result in results {
        #expect(result.history.map(\.epoch) == [1, 2])
        #expect(result.history.map(\.loss) == results[0].history.map(\.loss))
        #expect(result.evaluation?.accuracy == results[0].evaluation?.accuracy)
        #expect(result.evaluation?.count == shared.test?.count)
      }
      // Only rank 0 writes.
      #expect(!FileManager.default.fileExists(atPath: shared.folder.appending(path: "other1").path))
    }
  }

  @Test("A run goes on with another number of workers, of which only rank 0 has the checkpoint")
  func resumed() async throws {
    var whole = try run("whole", "plain")
    whole.settings.rate.schedule = .constant
    _ = try await Trainer(library).train(whole)
    var parts = try run("parts", "plain")
    parts.settings = whole.settings
    parts.settings.epochs = 1
    _ = try await train(2, parts)
    parts.settings.epochs = 2
    parts.isResuming = true
    _ = try await train(3, parts)
    let expected = try Checkpoint(contentsOf: whole.lastFile)
    let found = try Checkpoint(contentsOf: parts.lastFile)
    #expect(found.position.step == expected.position.step)
    #expect(found.history.count == 2)
    // A hundredth of what another order of the pictures changes.
    #expect(try distance(expected.weights, found.weights) < 1e-3)
  }

  @Test("Rank 0 names the workers that do not come within the time limit")
  func missing() async throws {
    let place = try place(0, of: 3, port: FreePort.find())
    await #expect(throws: WorkerError.missing([1, 2], of: 3, limit: .seconds(1))) {
      _ = try await Trainer(library).join(place, limit: .seconds(1))
    }
  }

  @Test("A worker says that it does not reach rank 0")
  func unreachable() async throws {
    let place = try place(1, of: 2, port: FreePort.find())
    await #expect {
      _ = try await Trainer(library).join(place, limit: .seconds(1))
    } throws: { error in
      (error as? WorkerError)?.code == .cannotMeet && "\(error)".contains("127.0.0.1:\(place.port)")
    }
  }

  @Test("Names a worker that was started with another WORLD_SIZE, on both sides")
  func otherCount() async throws {
    let port = try FreePort.find()
    let places = [try place(0, of: 2, port: port), try place(1, of: 3, port: port)]
    let errors = await errors(of: places)
    #expect(errors.contains(WorkerError.otherCount(rank: 1, count: 3, expected: 2)))
    #expect(errors.allSatisfy { $0?.code == .otherCount || $0?.code == .ended })
  }

  @Test("Refuses two workers of the same rank")
  func sameRank() async throws {
    let port = try FreePort.find()
    let places = try [0, 1, 1].map { try place($0, of: 3, port: port) }
    let errors = await errors(of: places)
    let codes = errors.map { $0?.code }
    #expect(codes.contains(.sameRank))
    #expect(errors.count { $0 != nil } == 3)
  }

  /// Returns the errors of workers that try to meet.
  private func errors(of places: [WorkerPlace]) async -> [WorkerError?] {
    await withTaskGroup(of: WorkerError?.self) { group in
      for place in places {
        group.addTask {
          do {
            _ = try await Trainer(library).join(place, limit: .seconds(5))
            return nil
          } catch { return error as? WorkerError }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// Returns what two workers end with; `event` is called for each event of rank 1, and `start` before it trains.
  private func ends(
    of run: TrainingRun, start: @Sendable @escaping () throws -> Void = {},
    event: @Sendable @escaping (TrainingEvent) -> Void = { _ in }
  ) async throws -> [any Error] {
    let port = try FreePort.find()
    let places = [try place(0, of: 2, port: port), try place(1, of: 2, port: port)]
    return await withTaskGroup(of: (Int, (any Error)?).self) { group in
      for place in places {
        group.addTask {
          do {
            let trainer = Trainer(library)
            let workers = try await trainer.join(place, limit: .seconds(30))
            try await workers.run {
              var own = run
              own.workers = workers
              if place.rank == 1 { try start() }
              _ = try await trainer.train(own) { if place.rank == 1 { event($0) } }
            }
            return (place.rank, nil)
          } catch { return (place.rank, error) }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  @Test("What is sent through connections that are closed fails, and does not end the process")
  func closed() async throws {
    let port = try FreePort.find()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for rank in 0..<2 {
        let place = try place(rank, of: 2, port: port)
        group.addTask {
          let workers = try await Trainer(library).join(place, limit: .seconds(30))
          let torch = try Torch(library, threads: 1)
          let input = try torch.tensor([1, 2, 3, 4], shape: [2, 2, 1, 1])
          let channel = try (0..<4).map { _ in try torch.tensor([1, 1], shape: [2]) }
          func normalized() throws -> TorchTensor {
            try input.batchNormalization(
              gamma: channel[0], beta: channel[1], mean: channel[2], variance: channel[3], momentum: 0.1, epsilon: 1e-3,
              across: workers.group)
          }
          _ = try normalized()
          #expect(try workers.group.sum([1]) == [2])
          workers.group.hangUp()
          for _ in 0..<3 {
            #expect(throws: TorchError.self) { _ = try normalized() }
            #expect(throws: TorchError.self) { try workers.group.sum([1]) }
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("A worker that fails ends the others with its rank and its reason")
  func failing() async throws {
    struct Failure: Error, CustomStringConvertible {
      let description = "the disk is on fire"
    }
    let errors = try await ends(of: run("failing", "plain"), start: { throw Failure() })
    try #require(errors.count == 2)
    #expect(errors[0] as? WorkerError == .ended(1, reason: "the disk is on fire"))
    #expect(errors[1] is Failure)
  }

  @Test("A worker that is stopped stops all after the same step, and rank 0 writes a checkpoint")
  func stopped() async throws {
    var stopped = try run("stopped", "plain")
    stopped.settings.epochs = 50
    let errors = try await ends(
      of: stopped,
      event: { event in
        if case .step(let progress) = event, progress.step == 3 { withUnsafeCurrentTask { $0?.cancel() } }
      })
    #expect(errors.count == 2 && errors.allSatisfy { $0 is CancellationError }, "\(errors)")
    #expect(try Checkpoint(contentsOf: stopped.lastFile).position.step == 3)
  }

  @Test("Refuses a frozen base, other pictures, and more workers than pictures in a batch")
  func refused() async throws {
    var frozen = try run("frozen", "plain")
    frozen.settings.isBaseFrozen = true
    await #expect(throws: WorkerError.frozenBase) { _ = try await train(2, frozen) }
    var small = try run("small", "plain")
    small.settings.batchSize = 2
    await #expect(throws: WorkerError.tooManyWorkers(3, batchSize: 2)) { _ = try await train(3, small) }
    let other = try ColouredPictures(pictures: 13).data.split(testRatio: 0.25).training
    await #expect(throws: WorkerError.otherPictures(rank: 1)) {
      _ = try await train(2, run("other", "plain")) { rank, run in if rank == 1 { run.training = other } }
    }
  }
}
