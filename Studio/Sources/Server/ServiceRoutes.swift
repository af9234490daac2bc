public import Foundation
import HTTPTypes
import Hummingbird
import Imprinting
import Heads
import Pictures
import TFLite

/// A classifier that answers over HTTP, without a page.
public struct ClassifyingService: Sendable {
  let classifier: Classifier
  let name: String

  /// Opens a classifier.
  ///
  /// - Throws: The errors of `Classifier`.
  public init(model: URL) throws {
    classifier = try Classifier(contentsOf: model, execution: Execution(cache: ModelCache()))
    name = model.lastPathComponent
  }
}

struct ServiceRoutes: Sendable {
  let service: ClassifyingService

  private struct Described: Encodable {
    let model: String
    let classes: [String]
  }

  func add(to router: Router<StudioContext>) {
    router.post("/api/classify") { request, _ in try await classify(request) }
    router.post("/api/v1/classify") { request, _ in try await classify(request) }
    router.get("/api/v1/openapi.json") { _, _ in try StudioRoutes.page("openapi.json") }
    router.get("/api/v1/model") { _, _ in
      let labels = service.classifier.labels.names.sorted { $0.key < $1.key }.map(\.value)
      return try Response.json(Described(model: service.name, classes: labels))
    }
  }

  private func classify(_ request: Request) async throws -> Response {
    let start = ContinuousClock.now
    let topK = min(max(request.number("topK") ?? 5, 1), 100)
    let bytes = try await request.bytes(limit: StudioRoutes.mostPictureBytes)
    let answer = try await service.classifier.classify(encoded: Bytes(Array(bytes)), topK: topK)
    let time = (ContinuousClock.now - start) / .milliseconds(1)
    return try Response.json(
      Wire.Answer(
        isUnknown: answer.isUnknown, classes: answer.classes.map { .init(class: nil, name: $0.label, score: $0.score) },
        latency: (time * 10).rounded() / 10, revision: 0))
  }
}
