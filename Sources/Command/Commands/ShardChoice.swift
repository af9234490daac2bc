import ArgumentParser
import Heads
import Platform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The value `i/n` of `--shard`.
struct ShardChoice: Encodable {
  let index: Int
  let count: Int

  /// - Throws: `ValidationError`.
  init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1] else {
      throw ValidationError("it takes i/n, from 0/n to n-1/n, such as 0/8")
    }
    do {
      _ = try EmbeddingShard(job: "", index: index, count: count)
    } catch {
      throw ValidationError(error.message)
    }
    (self.index, self.count) = (index, count)
  }

  /// Returns the shard of a job: its identity is that of the list of pictures, of the space without its arithmetic, and of the
  /// budget.
  func shard(of pictures: [(label: String, file: URL)], space: EmbeddingSpace, budget: Int) throws -> EmbeddingShard {
    var hasher = try SHA256Hasher()
    let settings = [space.extractor, space.resize, space.augmentation.description, "\(budget)"]
    // A zero, which no path has, ends each text.
    for text in settings + pictures.flatMap({ [$0.label, $0.file.relativePath] }) {
      (Array(text.utf8) + [0]).withUnsafeBytes { hasher.update($0) }
    }
    return try EmbeddingShard(job: hasher.finalize().hexadecimal, index: index, count: count)
  }
}

/// What `embed`, `merge` and `inspect` print of the shards in a file.
struct ShardsReport: Encodable {
  struct Worker: Encodable {
    let version, processor, arithmetic: String
  }

  /// The SHA-256 that identifies the job.
  let job: String
  let count: Int
  /// The numbers of the shards in the file, and of those that are missing, such as `0-3, 7`.
  let held, missing: String
  let workers: [Worker]

  init(_ shards: HeldShards) {
    job = shards.job
    count = shards.count
    held = HeldShards.text(shards.held)
    missing = HeldShards.text(shards.missing)
    workers = shards.workers.map {
      Worker(version: $0.version, processor: $0.processor, arithmetic: "\($0.arithmetic)")
    }
  }

  var text: String { "\(held) of \(count), counted from 0; missing: \(missing)" }
}
