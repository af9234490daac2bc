import Imprinting
import Platform

/// The reading of sources beside the work on their frames.
enum FrameWork {
  private enum Part: Sendable {
    case source(SourceReader.End)
    case work
    case program
  }

  /// Reads all sources while `work` takes their frames from the queue, until both are done.
  ///
  /// - Returns: How each source ended.
  /// - Throws: The errors of the sources and of `work`, and `CancellationError`.
  static func run(
    _ sources: [WatchSource], queue: FrameQueue, settings: SourceReader.Settings, program: ChangeProgram? = nil,
    work: @escaping @Sendable () async throws -> Void
  ) async throws -> [SourceReader.End] {
    try await withTaskCancellationHandler {
      try await withThrowingTaskGroup(of: Part.self) { group in
        for (place, source) in sources.enumerated() {
          let reader = SourceReader(source: source, place: place, queue: queue, settings: settings)
          group.addTask(executorPreference: BlockingExecutor()) { .source(try reader.run()) }
        }
        group.addTask {
          try await work()
          return .work
        }
        if let program {
          group.addTask {
            await program.run()
            return .program
          }
        }
        var ends: [SourceReader.End] = []
        do {
          while let part = try await group.next() {
            switch part {
            case .source(let end): ends.append(end)
            case .work: program?.finish()
            case .program: break
            }
          }
        } catch {
          queue.close()
          group.cancelAll()
          throw error
        }
        try Task.checkCancellation()
        return ends
      }
    } onCancel: {
      queue.close()
    }
  }
}
