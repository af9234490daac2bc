public import Foundation
import Imprinting
import Pictures
public import Project
import Synchronization
import TFLite

extension LiveProject {
  /// A picture that a person or a camera brings.
  public struct Arrival: Sendable {
    let bytes: Data
    let name: String
    let origin: ProjectPicture.Origin

    /// Describes a picture.
    public init(bytes: Data, name: String, origin: ProjectPicture.Origin) {
      (self.bytes, self.name, self.origin) = (bytes, name, origin)
    }
  }

  /// What became of a picture that was brought.
  public enum Added: Sendable {
    /// It was kept and learnt.
    case kept(ProjectPicture)
    /// The class has the same picture already.
    case identical(ProjectPicture)
    /// The class has a picture that is nearly the same.
    case nearIdentical(ProjectPicture)
  }

  /// Adds a picture to a class, and learns it: the next answer knows it.
  ///
  /// A picture whose bytes are in the class already, and a frame of a camera that is nearly the same as one of the class, are
  /// passed over.
  ///
  /// - Throws: `PictureError` where it cannot be read, ``ProjectError/otherClass(_:)`` where another class has the same bytes.
  public func add(_ arrival: Arrival, to id: Int64, batch: String?) async throws -> Added {
    _ = try store.classOf(id)
    let digest = Digest.of(arrival.bytes)
    if let same = try store.pictures(ofDigest: digest).first {
      guard same.classID == id else {
        throw ProjectError.otherClass(names[same.classID ?? 0] ?? "another class")
      }
      return .identical(same)
    }
    let frame = Frame(source: 0, number: 1, content: .encoded(.init(Array(arrival.bytes))), time: .zero)
    // The network runs beside other changes of the project.
    let embedded = try await embed(arrival.bytes, named: "new", urgent: arrival.origin == .camera)
    let print = try fingerprint(frame)
    let alike = self.alike(print)
    if arrival.origin == .camera, let near = alike.first(where: { taught[$0]?.classID == id }) {
      return .nearIdentical(try store.picture(near))
    }
    if let same = try store.pictures(ofDigest: digest).first { return .identical(same) }
    // The class may have got another name, or have gone, while the network ran.
    let known = try store.classOf(id)
    let picture = try noting {
      try store.add(
        .init(name: arrival.name, bytes: arrival.bytes, digest: digest, origin: arrival.origin), to: known.id,
        batch: batch)
    }
    try store.store(
      .embedding(
        digest: digest, space: space, elements: embedded.elements, fingerprint: Data(print.pixels), alike: alike),
      for: picture.id)
    let learnt = EmbeddedPicture(name: "\(picture.id)", embeddings: embedded.embeddings)
    await learn(picture.id, Taught(classID: known.id, picture: learnt, fingerprint: print))
    return .kept(try store.picture(picture.id))
  }

  /// Makes a class.
  public func makeClass(_ name: String) throws -> ProjectClass {
    try change { try $0.makeClass(ClassName(name)) }
  }

  /// Returns the class of a name, which is made if it is new.
  ///
  /// - Parameter batch: As for ``add(_:to:batch:)``.
  public func classNamed(_ name: String, batch: String? = nil) throws -> ProjectClass {
    let name = try ClassName(name)
    return try store.classes().first { $0.name == name.text } ?? change { try $0.makeClass(name, batch: batch) }
  }

  /// Gives a class another name, or its pictures to the class that has the name.
  public func rename(_ id: Int64, to name: String, merges: Bool) throws -> ProjectClass {
    try change { try $0.rename(id, to: ClassName(name), merges: merges) }
  }

  /// Deletes a class; its pictures go to the bin.
  public func deleteClass(_ id: Int64) throws { try change { try $0.deleteClass(id) } }

  /// Moves pictures to a class.
  public func move(_ pictures: [Int64], to id: Int64) throws { try change { try $0.move(pictures, to: id) } }

  /// Moves pictures to the bin.
  public func delete(_ pictures: [Int64]) throws { try change { try $0.delete(pictures) } }

  /// Notes that the labels of pictures are right: they look mislabelled no more.
  public func confirm(_ pictures: [Int64]) throws { try change { try $0.confirm(pictures) } }

  /// Takes the last step back, and returns its title.
  public func undo() throws -> String { try change { try $0.undo() } }

  /// Repeats the step that was taken back last, and returns its title.
  public func redo() throws -> String { try change { try $0.redo() } }

  /// Goes back to the pictures of a version, and returns how many of them no longer exist.
  public func restore(_ version: Int64) throws -> Int { try change { try $0.restore(version) } }

  /// Changes the store, and learns what differs.
  private func change<Value>(_ body: (ProjectStore) throws -> Value) throws -> Value {
    let value = try noting { try body(store) }
    try resync()
    return value
  }

  /// Notes that the disk is full, or that it is not any more.
  func noting<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      let value = try body()
      for code in [ProjectError.Code.fullDisk, .cannotWrite] { problems[code.rawValue] = nil }
      return value
    } catch let error as ProjectError where [.fullDisk, .cannotWrite].contains(error.code) {
      let problem = ProjectProblem(code: error.code.rawValue, message: error.message, remedy: error.remedy)
      problems[problem.code] = problem
      events.send(.problem(problem))
      throw error
    }
  }

  /// Returns the pictures that are nearly the same as one of a fingerprint.
  func alike(_ print: FrameFingerprint) -> [Int64] {
    taught.filter { $0.value.fingerprint?.isNearlySame(as: print) == true }.keys.sorted()
  }

  /// Learns a picture, together with those that wait at the same time.
  private func learn(_ id: Int64, _ picture: Taught) async {
    await withCheckedContinuation { done in
      waiting.append(Waiting(id: id, taught: picture, done: done))
      guard !isAdding else { return }
      isAdding = true
      Task { await self.learnWaiting() }
    }
  }

  private func learnWaiting() async {
    while !waiting.isEmpty {
      let now = waiting
      waiting = []
      teach(now.compactMap(stillThere))
      for one in now { one.done.resume() }
      // Those who waited go on, and others come.
      await Task.yield()
    }
    isAdding = false
  }

  /// Returns a picture that waits in the class that it has now; nil where it has gone, or is learnt already.
  private func stillThere(_ one: Waiting) -> (id: Int64, taught: Taught)? {
    guard taught[one.id] == nil, let classID = try? store.picture(one.id).classID else { return nil }
    var now = one.taught
    now.classID = classID
    return (one.id, now)
  }

  /// Teaches pictures that the store has, in one solution.
  func teach(_ pictures: [(id: Int64, taught: Taught)]) {
    let named = pictures.compactMap { one in
      names[one.taught.classID].map { name in
        var taught = one.taught
        taught.label = name
        return (id: one.id, taught: taught)
      }
    }
    do {
      try teacher.update(adding: named.map { (picture: $0.taught.picture, label: $0.taught.label) })
      for one in named { taught[one.id] = one.taught }
    } catch {
      report(error)
    }
    publish()
  }

  /// Brings the teacher up to date with the store, whatever changed there.
  func resync() throws {
    let classes = try store.classes()
    let there = Set(classes.map(\.id))
    for known in classes {
      if let before = names[known.id], before != known.name, teacher.classes.contains(before),
        !teacher.classes.contains(known.name)
      {
        try teacher.rename(before, to: known.name)
        for (id, one) in taught where one.label == before { taught[id]?.label = known.name }
      }
      names[known.id] = known.name
    }
    names = names.filter { there.contains($0.key) }
    let places = try store.placesOfReady()
    var removed: [LiveTeacher.Added] = []
    var added: [(picture: EmbeddedPicture, label: String)] = []
    var next = taught
    for (id, known) in taught where places[id] != known.classID || names[known.classID] != known.label {
      removed.append(.init(picture: known.picture.name, label: known.label))
      next[id] = nil
    }
    for (id, classID) in places where next[id] == nil {
      guard let name = names[classID], let found = try taught[id] ?? storedPicture(id) else { continue }
      added.append((found.picture, name))
      next[id] = Taught(classID: classID, label: name, picture: found.picture, fingerprint: found.fingerprint)
    }
    if !removed.isEmpty || !added.isEmpty {
      do {
        try teacher.update(removing: removed, adding: added.sorted { $0.picture.name < $1.picture.name })
      } catch {
        // The teacher and the store must never disagree: it is taught anew.
        report(error)
        teacher = try LiveTeacher(embedder.extractor, findsUnknown: true, budget: Self.budget)
        try teacher.update(
          adding: next.values.map { (picture: $0.picture, label: $0.label) }.sorted {
            $0.picture.name < $1.picture.name
          })
      }
    }
    taught = next
    publish()
    readPending()
  }

  private func storedPicture(_ id: Int64) throws -> Taught? {
    let picture = try store.picture(id)
    guard let digest = picture.digest, let classID = picture.classID,
      let (elements, print) = try store.embedding(ofDigest: digest, space: space)
    else { return nil }
    return Taught(
      classID: classID, picture: EmbeddedPicture(name: "\(id)", embeddings: .init(Array(elements))),
      fingerprint: FrameFingerprint(pixels: Array(print)))
  }

  /// Makes the newest head known to answers, tells those who watch, and begins a new estimate.
  func publish() {
    revision += 1
    shareNewest()
    events.send(.change(revision: revision))
    reviewSoon()
  }

  /// Makes the newest head known to answers.
  func shareNewest() {
    let ids = Dictionary(names.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    let newest = Newest(teacher: teacher, ids: ids, revision: revision)
    self.newest.withLock { $0 = newest }
  }

  func report(_ error: any Error) {
    let problem = ProjectProblem(code: "learning", message: "\(error)", remedy: nil)
    problems[problem.code] = problem
    events.send(.problem(problem))
  }
}

extension EmbeddedPicture {
  var elements: Data { embeddings.withUnsafeBytes { Data($0) } }
}
