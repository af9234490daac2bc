public import CImprint
import Heads
import ModelSurgery

final class HeadBox: Handle {
  let solved: SolvedHead

  init(_ solved: SolvedHead) { self.solved = solved }
}

@_cdecl("imprint_head_solve")
public func solveHead(
  _ set: OpaquePointer?, _ options: OpaquePointer?, _ made: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let set = try EmbeddingSetBox.set(set)
    let method = try Options.settings(options).method ?? Analytic()
    let made = try required(made, "head")
    made.pointee = HeadBox(try method.solve(set)).handedOver()
  }
}

@_cdecl("imprint_head_class_count")
public func headClassCount(_ head: OpaquePointer?) -> Int {
  Handle.find(head, as: HeadBox.self)?.solved.head.classCount ?? 0
}

@_cdecl("imprint_head_logits")
public func headLogits(
  _ head: OpaquePointer?, _ embeddings: UnsafePointer<Float>?, _ count: Int, _ logits: UnsafeMutablePointer<Float>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let head = try Handle.borrow(head, as: HeadBox.self).solved.head
    try forEachEmbedding(embeddings, count: count, dimension: head.dimension, results: logits, width: head.classCount) {
      head.logits(of: $0)
    }
  }
}

@_cdecl("imprint_head_estimate")
public func headEstimate(
  _ head: OpaquePointer?, _ estimate: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> imprint_status {
  attempt(error) {
    let found = try Handle.borrow(head, as: HeadBox.self).solved.leaveOneOut
    try required(estimate, "estimate").pointee = ByteBox(json: found.map { EstimateReport($0) }).handedOver()
  }
}

@_cdecl("imprint_head_free")
public func freeHead(_ head: OpaquePointer?) { Handle.free(head) }

/// Stores a row of results for each embedding.
func forEachEmbedding(
  _ embeddings: UnsafePointer<Float>?, count: Int, dimension: Int, results: UnsafeMutablePointer<Float>?, width: Int,
  _ body: ([Float]) -> [Float]
) throws(InvalidArgument) {
  for (place, embedding) in try rows(embeddings, count: count, width: dimension).enumerated() {
    try required(results, "an output").advanced(by: place * width).update(from: body(embedding), count: width)
  }
}

/// Returns the rows of a matrix of the caller.
func rows(_ numbers: UnsafePointer<Float>?, count: Int, width: Int) throws(InvalidArgument) -> [[Float]] {
  guard count >= 0, !count.multipliedReportingOverflow(by: width).overflow else {
    throw InvalidArgument("there are \(count) embeddings")
  }
  guard count > 0 else { return [] }
  let start = try required(numbers, "embeddings")
  return (0..<count).map { Array(UnsafeBufferPointer(start: start + $0 * width, count: width)) }
}
