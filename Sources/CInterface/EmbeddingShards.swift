public import CImprint
import Heads
import Inference
import LiteRT

/// The shards that a set holds of a job of which it does not hold all, as JSON.
struct ShardsReport: Encodable {
  struct Worker: Encodable {
    let version, processor, arithmetic: String
  }

  let job: String
  let count: Int
  /// The numbers of the shards, from 0: of those in the set, and of those that are missing.
  let held, missing: [Int]
  let workers: [Worker]

  init(_ shards: HeldShards) {
    job = shards.job
    count = shards.count
    held = shards.held.ranges.flatMap { Array($0) }
    missing = shards.missing.ranges.flatMap { Array($0) }
    workers = shards.workers.map {
      Worker(version: $0.version, processor: $0.processor, arithmetic: "\($0.arithmetic)")
    }
  }
}

@_cdecl("imprint_embedding_set_create_shard")
public func createEmbeddingSetOfShard(
  _ extractor: OpaquePointer?, _ job: UnsafePointer<CChar>?, _ index: Int, _ count: Int, _ options: OpaquePointer?,
  _ made: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let space = try Handle.borrow(extractor, as: ExtractorBox.self).extractor.space
    let budget = try Options.settings(options).budget ?? EmbeddingSet.defaultBudget
    let set = EmbeddingSet(
      space: space, budget: budget,
      shard: try EmbeddingShard(job: text(job, "job"), index: index, count: count),
      processor: Processor.current.instructions.rawValue)
    try required(made, "set").pointee = EmbeddingSetBox(set).handedOver()
  }
}

@_cdecl("imprint_embedding_set_sort")
public func sortEmbeddingSet(
  _ set: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) { try Handle.borrow(set, as: EmbeddingSetBox.self).change { $0.sort() } }
}
