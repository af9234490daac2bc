import Foundation
import HTTPTypes
import Hummingbird
import Learning
import NIOCore
import Project

/// The events of a project as server-sent events.
enum EventStream {
  static func response(of project: LiveProject) -> Response {
    let events = project.events.watch()
    var response = Response(
      status: .ok,
      body: .init { writer in
        try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
        // A line from time to time shows a client that has gone.
        let lines = AsyncStream<String>(bufferingPolicy: .bufferingNewest(64)) { continuation in
          let relay = Task {
            var lastChange = ContinuousClock.now - .seconds(1)
            for await event in events {
              // A burst of changes is told five times a second.
              if case .change = event {
                let wait = .milliseconds(200) - (ContinuousClock.now - lastChange)
                if wait > .zero { try? await Task.sleep(for: wait) }
                lastChange = .now
              }
              if let line = text(of: event) { continuation.yield(line) }
            }
            continuation.finish()
          }
          let beat = Task {
            while !Task.isCancelled {
              try? await Task.sleep(for: .seconds(15))
              continuation.yield(": \n\n")
            }
          }
          continuation.onTermination = { _ in
            relay.cancel()
            beat.cancel()
          }
        }
        for await line in lines { try await writer.write(ByteBuffer(string: line)) }
        try await writer.finish(nil)
      })
    response.headers[.contentType] = "text/event-stream"
    response.headers[.cacheControl] = "no-store"
    return response
  }

  private struct Progress: Encodable {
    let what: String
    let done, total: Int
  }

  private static func text(of event: StudioEvent) -> String? {
    func line(_ name: String, _ value: some Encodable) -> String? {
      (try? JSONEncoder().encode(value)).map { "event: \(name)\ndata: \(String(decoding: $0, as: UTF8.self))\n\n" }
    }
    return switch event {
    case .change(let revision): line("change", ["revision": revision])
    case .estimate(let revision): line("estimate", ["revision": revision])
    case .progress(let what, let done, let total): line("progress", Progress(what: what, done: done, total: total))
    case .problem(let problem): line("problem", problem)
    }
  }
}
