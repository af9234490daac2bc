import Foundation
import Imprinting
import Pictures
import Project
import Server
import TFLite

@testable import Learning

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// The default model, made once from the weights where it is missing.
enum TestModel {
  static let url: URL = {
    let file = DefaultModel.location
    guard !FileManager.default.fileExists(atPath: file.path),
      let weights = ProcessInfo.processInfo.environment["IMPRINT_TEST_WEIGHTS"]
    else { return file }
    try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? DefaultModel.make(weights: URL(filePath: weights)).serialized().write(to: file)
    return file
  }()
}

/// Pictures of three kinds that a network tells apart: stripes, discs and noise, each with another seed.
enum TestPicture {
  enum Kind: Int, CaseIterable { case stripes, discs, noise }

  static func jpeg(_ kind: Kind, _ seed: Int, side: Int = 160) -> Data {
    var random = UInt64(truncatingIfNeeded: seed &* 7919 &+ kind.rawValue &* 104_729 &+ 1)
    func next() -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(random >> 40)
    }
    let (phase, period, colour) = (next() % 40, 16 + next() % 16, next() % 60)
    let centre = (side / 3 + next() % (side / 3), side / 3 + next() % (side / 3))
    var pixels: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let pixel: (Int, Int, Int) =
          switch kind {
          case .stripes: (x + y + phase) % period < period / 2 ? (200, 40 + colour, 30) : (240, 240, 220)
          case .discs:
            (x - centre.0) * (x - centre.0) + (y - centre.1) * (y - centre.1) < side * side / 12
              ? (30, 60 + colour, 200) : (20, 120, 40)
          case .noise: (next() % 256, next() % 256, next() % 256)
          }
        pixels += [UInt8(clamping: pixel.0), UInt8(clamping: pixel.1), UInt8(clamping: pixel.2)]
      }
    }
    return PixelTensor(width: side, height: side, pixels: pixels).flatMap { $0.jpeg(quality: 90) }.map { Data($0) }
      ?? Data()
  }
}

/// A studio that serves a project in a temporary folder.
final class TestStudio: Sendable {
  let folder: TemporaryFolder
  let project: LiveProject
  let address: URL
  let token: String
  private let task: Task<Void, any Error>

  init(compiler: EdgeTPUCommand? = nil, _ fill: (URL) throws -> Void = { _ in }) async throws {
    folder = try TemporaryFolder()
    try fill(folder.url)
    project = try LiveProject(folder: folder.url, model: TestModel.url, compiler: compiler)
    await project.start()
    let settings = StudioServer.Settings()
    token = settings.token
    let (addresses, found) = AsyncStream<URL>.makeStream()
    task = Task { [project] in try await StudioServer(settings).run(project) { found.yield($0) } }
    var iterator = addresses.makeAsyncIterator()
    let url = await iterator.next()
    address = URL(string: "http://127.0.0.1:\(url?.port ?? 0)") ?? URL(filePath: "/")
  }

  func end() async {
    await project.stop()
    task.cancel()
    _ = await task.result
  }

  /// An answer of the studio.
  struct Answer {
    let status: Int
    let data: Data
    let headers: [String: String]

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:] }
    var code: String? { (json["error"] as? [String: Any])?["code"] as? String }
  }

  /// Sends a request.
  func send(
    _ method: String, _ path: String, _ body: Data? = nil, headers: [String: String] = [:], hasToken: Bool = true
  ) async throws -> Answer {
    var request = URLRequest(url: URL(string: path, relativeTo: address) ?? address)
    request.httpMethod = method
    request.httpBody = body
    if hasToken { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let (data, response) = try await session.data(for: request)
    let http = response as? HTTPURLResponse
    var found: [String: String] = [:]
    for (name, value) in http?.allHeaderFields ?? [:] { found["\(name)".lowercased()] = "\(value)" }
    return Answer(status: http?.statusCode ?? 0, data: data, headers: found)
  }

  func send(_ method: String, _ path: String, json: [String: Any], headers: [String: String] = [:]) async throws
    -> Answer
  {
    try await send(method, path, JSONSerialization.data(withJSONObject: json), headers: headers)
  }

  /// Makes a class, and returns its number.
  func makeClass(_ name: String) async throws -> Int {
    let answer = try await send("POST", "/api/v1/classes", json: ["name": name])
    return (answer.json["class"] as? [String: Any])?["id"] as? Int ?? 0
  }

  /// Adds a picture, and returns its number.
  @discardableResult
  func teach(_ kind: TestPicture.Kind, _ seed: Int, to id: Int, query: String = "") async throws -> Int {
    let answer = try await send(
      "POST", "/api/v1/pictures?class=\(id)&name=\(seed).jpg\(query)", TestPicture.jpeg(kind, seed))
    return (answer.json["picture"] as? [String: Any])?["id"] as? Int ?? 0
  }

  /// Returns the best class of a picture.
  func best(_ kind: TestPicture.Kind, _ seed: Int) async throws -> String? {
    let answer = try await send("POST", "/api/v1/classify", TestPicture.jpeg(kind, seed))
    return (answer.json["classes"] as? [[String: Any]])?.first?["name"] as? String
  }

  /// Waits until a condition holds.
  func wait(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<400 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }

  private let session: URLSession = {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpCookieStorage = nil
    return URLSession(configuration: configuration, delegate: NoRedirects(), delegateQueue: nil)
  }()
}

/// Answers with redirections as they are.
private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) { completionHandler(nil) }
}
