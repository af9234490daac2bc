import Foundation
import HTTPTypes
import Heads
import Hummingbird
import Imprinting
import Learning
import NIOCore
import Project

typealias StudioContext = BasicRequestContext

/// The routes of a studio with a project; `openapi.json` of the page describes them.
struct StudioRoutes: Sendable {
  let project: LiveProject
  var store: ProjectStore { project.store }
  let version: String

  func add(to router: Router<StudioContext>) {
    router.get("/") { _, _ in try Self.page("index.html") }
    router.get("/page/:name") { _, context in
      let name = try context.parameters.require("name")
      return try Self.page(name)
    }
    router.post("/api/classify") { request, _ in try await classify(request) }
    let api = router.group("/api/v1")
    api.get("openapi.json") { _, _ in try Self.page("openapi.json") }
    api.post("classify") { request, _ in try await classify(request) }
    api.get("project") { _, _ in try Response.json(await state()) }
    api.get("events") { _, _ in EventStream.response(of: project) }
    addClasses(to: api)
    addPictures(to: api)
    addHistory(to: api)
    addEstimate(to: api)
    addVersions(to: api)
    addExports(to: api)
  }

  static func page(_ name: String) throws -> Response {
    guard let file = PageFiles.all[name] else { throw APIError(.notFound, "noFile", "there is no file \(name)") }
    return .bytes(file.bytes, type: file.type)
  }

  private func classify(_ request: Request) async throws -> Response {
    let start = ContinuousClock.now
    let topK = min(max(request.number("topK") ?? 5, 1), 100)
    let bytes = try await request.bytes(limit: Self.mostPictureBytes)
    let (answer, names, revision) = try await project.answer(bytes, topK: topK)
    let time = (ContinuousClock.now - start) / .milliseconds(1)
    return try Response.json(
      Wire.Answer(
        isUnknown: answer.isUnknown,
        classes: answer.classes.map { .init(class: names[$0.label], name: $0.label, score: $0.score) },
        latency: (time * 10).rounded() / 10, revision: revision))
  }

  // MARK: Classes

  private struct Name: Decodable {
    let name: String
    let merge: Bool?
  }

  private func addClasses(to api: RouterGroup<StudioContext>) {
    api.post("classes") { request, _ in
      let given: Name = try await request.json()
      return try await changed(project.makeClass(given.name).id)
    }
    api.patch("classes/:id") { request, context in
      let given: Name = try await request.json()
      let id = try context.parameters.require("id", as: Int64.self)
      return try await changed(project.rename(id, to: given.name, merges: given.merge ?? false).id)
    }
    api.delete("classes/:id") { _, context in
      try await project.deleteClass(context.parameters.require("id", as: Int64.self))
      return try Response.json(await change())
    }
  }

  private func changed(_ id: Int64) async throws -> Response {
    let change = try await change()
    return try Response.json(
      Wire.ClassChange(class: await wire(of: id), revision: change.revision, undo: change.undo, redo: change.redo))
  }

  // MARK: History

  private func addHistory(to api: RouterGroup<StudioContext>) {
    api.post("undo") { _, _ in try await replayed { try await project.undo() } }
    api.post("redo") { _, _ in try await replayed { try await project.redo() } }
    api.get("history") { _, _ in
      let steps = try store.history().map {
        Wire.Step(id: $0.id, title: $0.title, at: moment($0.at), isUndone: $0.isUndone)
      }
      return try Response.json(["steps": steps])
    }
  }

  private func replayed(_ body: () async throws -> String) async throws -> Response {
    let title = try await body()
    let change = try await change()
    return try Response.json(Wire.Done(done: title, revision: change.revision, undo: change.undo, redo: change.redo))
  }

  // MARK: What a client sees

  func change() async throws -> Wire.Change {
    let steps = try store.steps()
    return Wire.Change(revision: await project.revisionNow, undo: steps.undo, redo: steps.redo)
  }

  func wire(of id: Int64) async throws -> Wire.Classes {
    let known = try store.classOf(id)
    let counts = try store.counts(newest: Self.newest)
    return wire(known, counts, known: await project.recalls[known.name])
  }

  private func wire(
    _ known: ProjectClass, _ counts: [Int64: ProjectStore.Counts], known recall: Double?
  ) -> Wire.Classes {
    Wire.Classes(
      id: known.id, name: known.name, count: counts[known.id]?.pictures ?? 0, known: recall,
      isNone: Labels.meansNone(known.name), newest: counts[known.id]?.newest ?? [])
  }

  private func state() async throws -> Wire.ProjectState {
    let summary = await project.summary
    let steps = try store.steps()
    let counts = try store.counts(newest: Self.newest)
    let classes = try store.classes().map { wire($0, counts, known: summary.recalls[$0.name]) }
    let tried = summary.estimate
    return Wire.ProjectState(
      name: store.folder.lastPathComponent, folder: store.folder.path, model: project.model.lastPathComponent,
      revision: summary.revision, pictures: counts.values.reduce(0) { $0 + $1.pictures },
      pending: counts.values.reduce(0) { $0 + $1.pending },
      unreadable: counts.values.reduce(0) { $0 + $1.unreadable }, classes: classes,
      estimate: tried.flatMap { tried in
        guard let accuracy = tried.accuracy, let interval = tried.interval else { return nil }
        return .init(
          accuracy: accuracy, interval: [interval.lowerBound, interval.upperBound],
          pictures: tried.leaveOneOut?.predictions.count ?? 0, isCurrent: summary.isCurrent)
      }, undo: steps.undo, redo: steps.redo, problems: summary.problems,
      compiles: project.compiler != nil, version: version)
  }

  private static let newest = 6
  static let mostPictureBytes = LiveProject.mostPictureBytes
}

extension Request {
  /// Returns the bytes of the body.
  ///
  /// - Throws: An error where there are more than a limit, or none.
  func bytes(limit: Int) async throws -> Data {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
    var bytes = Data()
    let start = ContinuousClock.now
    for try await buffer in body {
      guard bytes.count + buffer.readableBytes <= limit else { throw Self.tooLarge(limit) }
      bytes.append(contentsOf: buffer.readableBytesView)
      try Self.checkRate(bytes.count, since: start)
    }
    guard !bytes.isEmpty else { throw APIError(.badRequest, "nothing", "the request has no body") }
    return bytes
  }

  static func tooLarge(_ limit: Int) -> APIError {
    APIError(.contentTooLarge, "tooLarge", "the request is larger than \(limit >> 20) MB")
  }

  /// Checks that a body comes fast enough: after half a minute, at least a kilobyte a second.
  static func checkRate(_ bytes: Int, since start: ContinuousClock.Instant) throws {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard seconds < 30 || Double(bytes) > 1024 * seconds else {
      throw APIError(.requestTimeout, "tooSlow", "the request came too slowly")
    }
  }

  /// Returns the body as a value.
  func json<Value: Decodable>() async throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: await bytes(limit: 4 << 20))
    } catch is DecodingError {
      throw APIError(.badRequest, "badJSON", "the body is not what this request takes")
    }
  }

  /// Returns a parameter of the query.
  func text(_ name: String) -> String? {
    for part in (uri.query ?? "").split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      // In the query of a form a space is a plus.
      if pair.count == 2, Self.decoded(pair[0]) == name { return Self.decoded(pair[1]) }
    }
    return nil
  }

  private static func decoded(_ text: Substring) -> String? {
    text.replacing("+", with: " ").removingPercentEncoding
  }

  /// Returns a parameter of the query that is a number.
  func number(_ name: String) -> Int? { text(name).flatMap { Int($0) } }
}
