import Foundation
import Imprinting
import TFLite

/// Measures the accuracy of classifiers, and prints a table with bounds.
///
///     accuracy [DOCUMENT]
///
/// It prints each row as soon as it is measured, and writes the table into the document at the end.
@main
struct Accuracy {
  static func main() async {
    do {
      try await run()
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() async throws {
    let process = ProcessInfo.processInfo
    let material = try Material(environment: process.environment)
    let folder = FileManager.default.temporaryDirectory.appending(path: "accuracy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let machine = process.environment["MACHINE"] ?? "\(process.activeProcessorCount) cores"
    var report = Report(machine: machine)
    let flowers = try material.flowers

    let extractor = try Extractor(model: material.extractor, execution: .exact)
    let plain = try await EmbeddingSet.all(flowers, by: extractor)
    try await WrittenFile(pictures: flowers, extractor: extractor, embeddings: plain, folder: folder).run(into: &report)
    try await UnknownPictures(material: material, folder: folder).run(into: &report)
    try SuspiciousLabels(embeddings: plain).run(into: &report)
    try await FewShot(name: "flowers17", embeddings: plain).run(
      [
        (.all, 0.860, 0.955), (.count(1), 0.53, 0.61), (.count(2), 0.67, 0.76), (.count(5), 0.77, 0.87),
        (.count(10), 0.83, 0.915), (.count(20), 0.85, 0.94),
      ], into: &report)

    let standard = try Extractor(model: DefaultModel.make(weights: material.weights))
    try SolvingTimes(space: standard.space).run(into: &report)
    try await FewShot(name: "default model, flowers17", embeddings: EmbeddingSet.all(flowers, by: standard))
      .run([(.all, 0.835, 0.93), (.count(5), 0.76, 0.84)], into: &report)
    try await KeptBaseClasses(material: material, folder: folder).run(into: &report)

    let views = try await EmbeddingSet.all(
      flowers, by: Extractor(model: material.extractor, augmentation: .thirteen, execution: .exact))
    try await FewShot(name: "13 views, flowers17", embeddings: views)
      .run([(.count(1), nil, 0.64), (.count(5), nil, 0.895), (.count(10), nil, 0.945)], into: &report)
    // With this many rows, choosing a strength takes minutes: choose it once, without the first quarter of the pictures.
    let strength = try ChosenSoftmax.strength(for: views.withoutFirstQuarter())
    try await FewShot(name: "13 views, flowers17", embeddings: views, opponent: SoftmaxHead(strength: strength))
      .run([(.all, nil, 0.97)], into: &report)

    if CommandLine.arguments.count > 1 {
      try report.write(to: URL(filePath: CommandLine.arguments[1]), machine: machine)
    }
  }
}
