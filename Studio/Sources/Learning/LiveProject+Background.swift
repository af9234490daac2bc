import Foundation
import Heads
import Imprinting
import Pictures
import Project
import Synchronization
import TFLite

extension LiveProject {
  /// Learns what the folder holds, then watches it.
  func load() async {
    do {
      let found = try store.reconcile()
      note(found)
      for known in try store.classes() { names[known.id] = known.name }
      problems["baseChanged"] =
        try store.lacksEmbeddings(space: space)
        ? ProjectProblem(
          code: "baseChanged", message: "the base model is not that of last time: all pictures are read again",
          remedy: "nothing is lost; the base model of last time would find its embeddings again") : nil
      let stored = try await onThread { [store, space, extractor = embedder.extractor, names] in
        try Self.stored(in: store, space: space, extractor: extractor, names: names)
      }
      (teacher, taught) = stored
      // What was added, moved or deleted meanwhile is in the store.
      try resync()
    } catch {
      report(error)
    }
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(2))
      readPending()
      guard store.hasChangedOutside() else { continue }
      do {
        note(try store.reconcile())
        try resync()
      } catch {
        report(error)
      }
    }
  }

  private func note(_ found: ProjectStore.Reconciled) {
    problems["leftOut"] = found.leftOut.first.map {
      ProjectProblem(code: "leftOut", message: $0, remedy: "rename the folder to teach its pictures")
    }
  }

  /// Returns a teacher of the pictures whose embeddings are stored.
  private static func stored(
    in store: ProjectStore, space: String, extractor: Extractor, names: [Int64: String]
  ) throws -> (LiveTeacher, [Int64: Taught]) {
    let ids = Dictionary(names.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    var embeddings = EmbeddingSet(space: extractor.space, budget: budget)
    var taught: [Int64: Taught] = [:]
    for one in try store.embeddings(space: space) {
      guard let classID = ids[one.label] else { continue }
      let picture = EmbeddedPicture(name: "\(one.id)", embeddings: Bytes(Array(one.elements)))
      try embeddings.add(picture, to: one.label)
      taught[one.id] = Taught(
        classID: classID, label: one.label, picture: picture,
        fingerprint: FrameFingerprint(pixels: Array(one.fingerprint)))
    }
    return (try LiveTeacher(extractor, from: embeddings, findsUnknown: true, budget: budget), taught)
  }

  /// Reads the pictures whose embedding is still to come, beside other changes.
  func readPending() {
    guard !isReading else { return }
    isReading = true
    reading = Task(priority: .utility) { await self.readAllPending() }
  }

  private func readAllPending() async {
    defer { isReading = false }
    var done = 0
    while !Task.isCancelled {
      let pictures = (try? store.pending(limit: Self.block)) ?? []
      guard !pictures.isEmpty else { break }
      let total = done + ((try? store.pendingCount()) ?? pictures.count)
      let found = await withTaskGroup(of: (ProjectPicture, Read).self) { group in
        for picture in pictures { group.addTask { (picture, await self.read(picture)) } }
        var found: [(ProjectPicture, Read)] = []
        for await one in group { found.append(one) }
        return found
      }
      var news: [(id: Int64, taught: Taught)] = []
      var waits = 0
      for (picture, read) in found.sorted(by: { $0.0.id < $1.0.id }) {
        do {
          switch read {
          case .later: waits += 1
          case .gone: try store.store(.unreadable(digest: nil, message: "the file is gone"), for: picture.id)
          case .unreadable(let digest, let message):
            try store.store(.unreadable(digest: digest, message: message), for: picture.id)
          case .embedded(let digest, let embedded, let print):
            let together = news.filter { $0.taught.fingerprint?.isNearlySame(as: print) == true }.map(\.id)
            try store.store(
              .embedding(
                digest: digest, space: space, elements: embedded.elements, fingerprint: Data(print.pixels),
                alike: (alike(print) + together).filter { $0 != picture.id }), for: picture.id)
            // It may have been moved meanwhile.
            guard let classID = try store.picture(picture.id).classID else { continue }
            news.append((picture.id, Taught(classID: classID, picture: embedded, fingerprint: print)))
          }
        } catch {
          report(error)
          return
        }
      }
      done += pictures.count
      teach(news)
      if done >= total { problems["baseChanged"] = nil }
      events.send(.progress(what: "Reading pictures", done: done, total: max(done, total)))
      // What cannot be opened for now is tried again later.
      if waits == pictures.count { break }
    }
  }

  private enum Read: Sendable {
    case gone, later
    case unreadable(Data, String)
    case embedded(Data, EmbeddedPicture, FrameFingerprint)
  }

  private nonisolated func read(_ picture: ProjectPicture) async -> Read {
    guard let file = try? store.file(of: picture) else { return .gone }
    guard let bytes = try? Data(contentsOf: file, options: .mappedIfSafe) else {
      // The system may have no more files to open, which passes.
      return access(file.path, F_OK) == 0 || errno != ENOENT ? .later : .gone
    }
    let digest = Digest.of(bytes)
    do {
      let frame = Frame(source: 0, number: 1, content: .encoded(.init(Array(bytes))), time: .zero)
      let embedded = try await embedder.embed(frame, named: "\(picture.id)", urgent: false)
      return .embedded(digest, embedded, try fingerprint(frame))
    } catch let error as PictureError {
      return .unreadable(digest, error.message)
    } catch {
      return .unreadable(digest, "\(error)")
    }
  }

  /// Begins a new estimate, unless one is being made: then another follows it.
  func reviewSoon() {
    drawing?.cancel()
    guard !isReviewing else { return }
    isReviewing = true
    reviewing = Task(priority: .utility) { await self.reviewUntilCurrent() }
  }

  private func reviewUntilCurrent() async {
    defer { isReviewing = false }
    while reviewed != revision, !Task.isCancelled {
      await waitForPause()
      let (now, teacher) = (revision, teacher)
      do {
        let confirmed = try store.confirmed()
        let (review, estimate) = try await onThread { () -> (LiveTeacher.Review?, ProjectEstimate) in
          // A small project was solved in full by the change itself.
          let review = teacher.isReviewCurrent ? teacher.review : try teacher.solveInFull()
          return (review, ProjectEstimate(review, of: teacher.embeddings, confirmed: confirmed, revision: now))
        }
        if let review { try self.teacher.adopt(review) }
        shareNewest()
        Memory.giveBack()
        self.estimate = estimate
        reviewed = now
        problems["learning"] = nil
        events.send(.estimate(revision: now))
        if reviewed == revision { drawing = Task(priority: .utility) { await self.drawCurve() } }
      } catch {
        report(error)
        reviewed = now
      }
    }
  }

  /// Draws the learning curve, unless the next change comes before it is done.
  private func drawCurve() async {
    do {
      let points = try await LearningCurve(teacher.embeddings).points
      try Task.checkCancellation()
      curve = points
      events.send(.estimate(revision: reviewed))
    } catch is CancellationError {
      return
    } catch {
      report(error)
    }
  }

  /// Waits until nothing changes for a moment, so that an estimate does not slow the teaching; but not for long.
  private func waitForPause() async {
    let start = ContinuousClock.now
    var last = revision
    repeat {
      last = revision
      try? await Task.sleep(for: .milliseconds(400))
    } while last != revision && .now - start < .seconds(10) && !Task.isCancelled
  }

  private static let block = 32
}
