import Foundation
import Platform
import Synchronization
import Testing

@Suite("Work on several workers")
struct OrderedWorkTests {
  @Test("Delivers results in order, whichever worker is faster")
  func order() async throws {
    var delivered: [Int] = []
    try await OrderedWork.run(
      count: 200, workers: [0, 1, 2],
      work: { _, index in
        if index.isMultiple(of: 7) { usleep(500) }
        return index * index
      },
      deliver: { index, value in
        #expect(value == index * index)
        delivered.append(index)
      })
    #expect(delivered == Array(0..<200))
  }

  @Test("No worker works on two items at the same time")
  func exclusive() async throws {
    let busy = (0..<3).map { _ in Flag() }
    try await OrderedWork.run(
      count: 100, workers: [0, 1, 2],
      work: { worker, _ in
        #expect(busy[worker].raise())
        usleep(200)
        busy[worker].lower()
      }, deliver: { _, _ in })
  }

  @Test("Workers run only a bounded number of items ahead of a slow one")
  func bounded() async throws {
    let furthest = Mutex(0)
    try await OrderedWork.run(
      count: 1000, workers: [0, 1],
      work: { _, index in
        furthest.withLock { $0 = max($0, index) }
        if index == 0 { usleep(50_000) }
      },
      deliver: { index, _ in if index == 0 { #expect(furthest.withLock { $0 } < 40) } })
  }

  @Test("Rethrows an error of the work or of the delivery")
  func errors() async {
    struct Failure: Error {}
    await #expect(throws: Failure.self) {
      try await OrderedWork.run(
        count: 10, workers: [0], work: { _, index in if index == 5 { throw Failure() } }, deliver: { _, _ in })
    }
    await #expect(throws: Failure.self) {
      try await OrderedWork.run(count: 10, workers: [0], work: { _, _ in }, deliver: { _, _ in throw Failure() })
    }
  }

  @Test("Delivers all results before the item that fails, whichever worker is faster")
  func deliveredBeforeAnError() async {
    struct Failure: Error {}
    for workers in 1...4 {
      var delivered: [Int] = []
      await #expect(throws: Failure.self) {
        try await OrderedWork.run(
          count: 40, workers: Array(0..<workers),
          work: { _, index in
            if index == 20 { throw Failure() }
            usleep(index.isMultiple(of: 3) ? 2000 : 100)
          }, deliver: { index, _ in delivered.append(index) })
      }
      #expect(delivered == Array(0..<20))
    }
  }

  @Test("Cancelling the task ends the work")
  func cancelled() async {
    let task = Task {
      try await OrderedWork.run(count: .max, workers: [0], work: { _, _ in usleep(100) }, deliver: { _, _ in })
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("Returns at once if there are no items")
  func none() async throws {
    try await OrderedWork.run(count: 0, workers: [0], work: { _, _ in }, deliver: { _, _ in Issue.record("delivered") })
  }

  @Test("All workers run at once, however few cores there are")
  func ownThreads() async throws {
    let count = ProcessInfo.processInfo.activeProcessorCount + 4
    let begun = Counter()
    try await OrderedWork.run(
      count: count, workers: Array(0..<count),
      work: { _, _ -> Int in
        begun.add()
        // Waits for all other workers, with a limit.
        for _ in 0..<10_000 where begun.value < count { usleep(1000) }
        return begun.value
      }, deliver: { _, all in #expect(all == count) })
  }

  @Test("A sequence of results is in order, works ahead within a window, and throws the error of an item")
  func sequence() async throws {
    struct Failure: Error {}
    let furthest = Mutex(0)
    let ended = Counter()
    func results(failingAt failure: Int) -> OrderedResults<Int> {
      OrderedResults(
        count: 500, begin: { ([0, 1], []) }, end: { _ in ended.add() },
        work: { _, index in
          if index == failure { throw Failure() }
          furthest.withLock { $0 = max($0, index) }
          return index
        })
    }
    var found: [Int] = []
    for try await value in results(failingAt: -1) {
      if value == 0 {
        try await Task.sleep(for: .milliseconds(20))
        #expect(furthest.withLock { $0 } < 40)
      }
      found.append(value)
    }
    #expect(found == Array(0..<500))
    #expect(ended.value == 1)
    await #expect(throws: Failure.self) { for try await _ in results(failingAt: 100) {} }
    #expect(ended.value == 2)
    for try await _ in results(failingAt: -1) { break }
    for _ in 0..<2000 where ended.value < 3 { try await Task.sleep(for: .milliseconds(1)) }
    #expect(ended.value == 3)
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add() { count.withLock { $0 += 1 } }
  }

  private final class Flag: Sendable {
    private let isRaised = Mutex(false)

    func raise() -> Bool {
      isRaised.withLock { flag in
        defer { flag = true }
        return !flag
      }
    }

    func lower() { isRaised.withLock { $0 = false } }
  }
}
