extension EmbeddingSet {
  /// Returns whether a set that is to be merged has anything that this one does not have, by their shards.
  ///
  /// - Throws: ``EmbeddingSetError/otherDivision(_:_:)``; ``EmbeddingSetError/shardsTwice(_:)`` where only a part of the other
  ///   set is new, and single pictures cannot be told apart.
  func needsMerging(_ other: EmbeddingSet) throws(EmbeddingSetError) -> Bool {
    var common: [RangeSet<Int>] = []
    var isNew = other.shards.isEmpty || other.hasOthers
    for theirs in other.shards {
      if completeJobs.contains(theirs.job) {
        common.append(theirs.held)
        continue
      }
      guard let mine = shards.first(where: { $0.job == theirs.job }) else {
        isNew = true
        continue
      }
      guard mine.count == theirs.count else { throw .otherDivision(mine.count, theirs.count) }
      if !theirs.held.isSubset(of: mine.held) { isNew = true }
      let both = theirs.held.intersection(mine.held)
      if !both.isEmpty { common.append(both) }
    }
    if isNew, let first = common.first, !hasEmbeddings || !other.hasEmbeddings {
      throw .shardsTwice(HeldShards.text(first))
    }
    return isNew
  }

  /// Returns whether the set has all shards of another set, which holds nothing else.
  package func hasShards(of other: EmbeddingSet) -> Bool {
    guard !other.shards.isEmpty, !other.hasOthers else { return false }
    return other.shards.allSatisfy { theirs in
      completeJobs.contains(theirs.job)
        || shards.contains { $0.job == theirs.job && $0.count == theirs.count && theirs.held.isSubset(of: $0.held) }
    }
  }

  /// Notes the shards of a set that was merged, and forgets the jobs of which this set now has all shards.
  ///
  /// - Parameter hadOthers: Whether this set had pictures beside those of its shards before.
  mutating func noteShards(of other: EmbeddingSet, hadOthers: Bool) {
    hasOthers = hadOthers || other.holdsOthers
    completeJobs.formUnion(other.completeJobs)
    for theirs in other.shards where !completeJobs.contains(theirs.job) {
      if let place = shards.firstIndex(where: { $0.job == theirs.job }) {
        shards[place].formUnion(theirs)
      } else {
        shards.append(theirs)
      }
    }
    completeJobs.formUnion(shards.filter(\.isComplete).map(\.job))
    shards.removeAll { completeJobs.contains($0.job) }
    hasOthers = hasOthers || !completeJobs.isEmpty
    shards.sort { $0.job < $1.job }
    if shards.isEmpty { hasOthers = false }
  }

  /// Whether the set has pictures beside those of its shards.
  var holdsOthers: Bool { hasOthers || (shards.isEmpty && pictures > 0) }
}
