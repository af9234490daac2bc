import Foundation
import Testing

@testable import Training

@Suite("The place of a worker")
struct WorkerPlaceTests {
  private let usual = ["RANK": "1", "WORLD_SIZE": "3", "MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "29500"]

  private func place(_ changes: [String: String?]) throws -> WorkerPlace? {
    var environment = usual
    for (name, value) in changes { environment[name] = value }
    return try WorkerPlace(environment)
  }

  @Test("Reads the variables of torchrun")
  func torchrun() throws {
    let found = try #require(
      try place(["LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "2", "GLOO_SOCKET_IFNAME": "eth1"]))
    #expect(found.rank == 1 && found.count == 3)
    #expect(found.localRank == 1 && found.localCount == 2)
    #expect(found.hasOwnCore == (ProcessInfo.processInfo.activeProcessorCount >= 2))
    #expect(found.address == "10.0.0.1" && found.port == 29500 && found.interface == "eth1")
  }

  @Test("One machine with one worker each needs four variables")
  func plain() throws {
    let found = try #require(try place([:]))
    #expect(found.localRank == 0 && found.localCount == 1 && found.interface == nil)
    // How many others run on this machine is not known.
    #expect(!found.hasOwnCore)
  }

  @Test("Uses the next port where torchrun serves a store of its own")
  func agent() throws {
    #expect(try place(["TORCHELASTIC_USE_AGENT_STORE": "True"])?.port == 29501)
    #expect(try place(["TORCHELASTIC_USE_AGENT_STORE": "False"])?.port == 29500)
  }

  @Test("Without WORLD_SIZE, or with 1, there is one process")
  func one() throws {
    #expect(try WorkerPlace([:]) == nil)
    #expect(try WorkerPlace(["RANK": "7"]) == nil)
    #expect(try place(["WORLD_SIZE": "1", "RANK": "0"]) == nil)
  }

  @Test(
    "Names a variable that is missing",
    arguments: ["RANK", "MASTER_ADDR", "MASTER_PORT"])
  func missing(name: String) {
    #expect(throws: WorkerError.missingVariable(name, count: 3)) { try place([name: nil]) }
  }

  @Test(
    "Names a variable that is out of range",
    arguments: [
      ("WORLD_SIZE", "two"), ("WORLD_SIZE", "0"), ("WORLD_SIZE", "5000"), ("RANK", "3"), ("RANK", "-1"), ("RANK", ""),
      ("MASTER_PORT", "70000"), ("LOCAL_RANK", "x"), ("LOCAL_WORLD_SIZE", "4"),
    ])
  func outOfRange(name: String, value: String) {
    #expect {
      try place([name: value])
    } throws: { error in
      guard let error = error as? WorkerError else { return false }
      return error.code == .badVariable && error.message.contains(name) && error.message.contains("\"\(value)\"")
        && error.remedy != nil
    }
  }
}
