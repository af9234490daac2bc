import Foundation
import Project
@main struct Main {
  static func main() async throws {
    let store = try ProjectStore(folder: URL(filePath: CommandLine.arguments[1]))
    let start = ContinuousClock.now
    print(try store.reconcile(), ContinuousClock.now - start)
    print(try store.classes())
  }
}
