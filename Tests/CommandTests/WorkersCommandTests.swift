import Foundation
import TestMaterial
import Testing
import Torch

/// Several processes that train one network, connected over the loopback interface.
@Suite(
  "imprint pretrain with several workers",
  .enabled(if: TorchLibrary.connectsProcesses, "needs libtorch with Gloo (scripts/setup --training)"))
struct WorkersCommandTests {
  private let folder: TemporaryFolder
  private let data: URL

  init() throws {
    folder = try TemporaryFolder()
    data = try Flowers.folder(["iris", "pansy"].map { ($0, $0, 0..<8) }, in: folder)
  }

  private func arguments(_ output: String, _ more: String...) -> [String] {
    [
      "pretrain", "--data", data.path, "--architecture", "mobilenet-v1-0.25", "--side", "64", "--batch-size", "8",
      "--schedule", "constant", "--learning-rate", "0.0001", "--worker-timeout", "30", "-o",
      folder.appending(output).path,
    ] + more
  }

  /// Runs workers at the same time, and returns their outcomes by rank.
  private func run(
    _ environments: [[String: String]], _ arguments: [String], killing killed: Int? = nil, stopping stopped: Int? = nil,
    once file: URL? = nil
  ) throws -> [Imprint.Outcome] {
    let port = try FreePort.find()
    let outcomes = Outcomes()
    DispatchQueue.concurrentPerform(iterations: environments.count) { rank in
      let variables = ["RANK": "\(rank)", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"]
        .merging(environments[rank]) { $1 }
      let outcome = try? Imprint.run(arguments, in: variables) { process in
        guard killed == rank || stopped == rank, let file else { return process.waitUntilExit() }
        while process.isRunning, !FileManager.default.fileExists(atPath: file.path) {
          Thread.sleep(forTimeInterval: 0.01)
        }
        guard stopped == rank else { return }
        kill(process.processIdentifier, SIGSTOP)
        while process.isRunning, !outcomes.areAll(but: rank, of: environments.count) {
          Thread.sleep(forTimeInterval: 0.1)
        }
      }
      outcomes.set(outcome, at: rank)
    }
    return try (0..<environments.count).map { try #require(outcomes.at($0)) }
  }

  @Test("A worker that is killed ends the other within seconds, and one process goes on")
  func killed() throws {
    let last = folder.appending("run/last.safetensors")
    let steps = arguments("run", "--steps", "100000", "--threads", "1")
    let clock = ContinuousClock()
    let start = clock.now
    let outcomes = try run(
      Array(repeating: ["WORLD_SIZE": "2"], count: 2), steps, killing: 1, once: last)
    #expect(clock.now - start < .seconds(60))
    #expect(outcomes[1].code == -1)
    #expect(outcomes[0].code == 1)
    #expect(outcomes[0].stderr.contains("Error: rank 1 was killed"), "\(outcomes[0].stderr)")
    #expect(outcomes[0].stderr.contains("--resume"), "\(outcomes[0].stderr)")
    let resumed = try Imprint.run(
      after: "(sleep 4; kill -INT $$) 2>/dev/null & :", steps + ["--resume"])
    #expect(resumed.code == 130 && resumed.stderr.contains("Resuming after step"), "\(resumed.stderr)")
  }

  @Test("Rank 0 that stands still, as if its machine were cut off, ends the others after 20 s of silence")
  func silent() throws {
    let outcomes = try run(
      Array(repeating: ["WORLD_SIZE": "2"], count: 2), arguments("run", "--steps", "100000", "--threads", "1"),
      stopping: 0, once: folder.appending("run/last.safetensors"))
    #expect(outcomes[1].code == 1)
    #expect(outcomes[1].stderr.contains("Error: rank 0 was killed, or its machine"), "\(outcomes[1].stderr)")
  }

  @Test("'--workers 2' trains as one process does, and prints once")
  func launched() throws {
    let launched = try Imprint.run(arguments("two", "--steps", "4", "--workers", "2", "--json"))
    #expect(launched.code == 0, "\(launched.stderr)")
    struct Report: Decodable {
      struct Epoch: Decodable { let loss: Double }
      let epochs: [Epoch]
      let pictures: Int
    }
    let found = try launched.decoded(as: Report.self)
    let alone = try Imprint.run(arguments("one", "--steps", "4", "--json")).decoded(as: Report.self)
    #expect(found.pictures == 16 && found.epochs.count == 2)
    // A network of random weights enlarges every difference in rounding.
    for (own, other) in zip(found.epochs, alone.epochs) { #expect(abs(own.loss - other.loss) < 0.05 * other.loss) }
    let again = try Imprint.run(arguments("two", "--steps", "4", "--workers", "2"))
    #expect(again.code == 1 && again.stderr.contains("already exists"), "\(again.stderr)")
  }

  @Test("Names a variable that is missing or does not fit, and another WORLD_SIZE")
  func variables() throws {
    func refusal(_ environment: [String: String], _ more: String...) throws -> String {
      let outcome = try Imprint.run(arguments("none") + more, in: environment) { $0.waitUntilExit() }
      #expect(outcome.code != 0 && outcome.output.isEmpty)
      return outcome.stderr
    }
    #expect(try refusal(["WORLD_SIZE": "2"]).contains("RANK is missing"))
    #expect(try refusal(["WORLD_SIZE": "2", "RANK": "2"]).contains("RANK is \"2\""))
    let place = ["WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(try FreePort.find())"]
    #expect(try refusal(place, "--workers", "3").contains("--workers is 3, but WORLD_SIZE is 2"))
    #expect(try refusal(place, "--worker-timeout", "1").contains("rank 1 of 2 did not come within 1 s"))
    let outcomes = try run([["WORLD_SIZE": "2"], ["WORLD_SIZE": "3"]], arguments("none"))
    #expect(outcomes.allSatisfy { $0.code == 1 && $0.stderr.contains("rank 1 was started with WORLD_SIZE 3") })
  }
}

/// The outcomes of several processes.
private final class Outcomes: @unchecked Sendable {
  private let lock = NSLock()
  private var outcomes: [Int: Imprint.Outcome] = [:]

  func set(_ outcome: Imprint.Outcome?, at rank: Int) { lock.withLock { outcomes[rank] = outcome } }
  func at(_ rank: Int) -> Imprint.Outcome? { lock.withLock { outcomes[rank] } }
  func areAll(but rank: Int, of count: Int) -> Bool { (0..<count).allSatisfy { $0 == rank || at($0) != nil } }
}
