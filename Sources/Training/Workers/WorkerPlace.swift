#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The place of this process among those that train a network together, as a launcher such as torchrun tells it.
///
/// The variables are those of `torch.distributed`: `RANK`, `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT`; `LOCAL_RANK` and
/// `LOCAL_WORLD_SIZE` where several processes run on one machine; `GLOO_SOCKET_IFNAME` names the network interface.
public struct WorkerPlace: Sendable, Hashable {
  /// The number of this process, from 0, and the number of processes.
  public let rank, count: Int
  /// The number of this process among those on its machine, and their number.
  public let localRank, localCount: Int
  /// Whether each process on this machine has a core of its own, so that it may wait busily. Unknown counts as no.
  let hasOwnCore: Bool
  /// The host on which rank 0 runs, and the port at which the processes meet.
  public let address: String
  public let port: Int
  /// The network interface to use, or nil for the one that leads to ``address``.
  public let interface: String?

  /// Reads the place from environment variables; nil if they ask for no more than one process.
  ///
  /// - Throws: ``WorkerError/badVariable(_:value:because:)``, ``WorkerError/missingVariable(_:count:)``.
  public init?(_ environment: [String: String]) throws(WorkerError) {
    func number(_ name: String, _ range: ClosedRange<Int>) throws(WorkerError) -> Int? {
      guard let text = environment[name] else { return nil }
      guard let number = Int(text), range.contains(number) else {
        throw .badVariable(
          name, value: text, because: "it takes a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    }
    guard let count = try number("WORLD_SIZE", 1...Self.mostWorkers), count > 1 else { return nil }
    func needed(_ name: String, _ range: ClosedRange<Int>) throws(WorkerError) -> Int {
      guard let number = try number(name, range) else { throw .missingVariable(name, count: count) }
      return number
    }
    self.count = count
    rank = try needed("RANK", 0...count - 1)
    let told = try number("LOCAL_WORLD_SIZE", 1...count)
    localCount = told ?? 1
    hasOwnCore = told.map { $0 <= ProcessInfo.processInfo.activeProcessorCount } ?? false
    localRank = try number("LOCAL_RANK", 0...count - 1) ?? 0
    guard let address = environment["MASTER_ADDR"], !address.isEmpty else {
      throw .missingVariable("MASTER_ADDR", count: count)
    }
    self.address = address
    let port = try needed("MASTER_PORT", 1...65535)
    // torchrun may serve a store of its own at this port, which only workers with its version of libtorch understand.
    let isTaken = environment["TORCHELASTIC_USE_AGENT_STORE"]?.lowercased() == "true"
    guard !isTaken || port < 65535 else {
      throw .badVariable("MASTER_PORT", value: "\(port)", because: "the workers meet at the next port")
    }
    self.port = isTaken ? port + 1 : port
    interface = environment["GLOO_SOCKET_IFNAME"].flatMap { $0.isEmpty ? nil : $0 }
  }

  private static let mostWorkers = 4096
}
