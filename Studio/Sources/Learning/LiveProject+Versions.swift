import Foundation
import Imprinting
import Pictures
public import Project
import Reports
import TFLite

extension LiveProject {
  /// Makes a classifier of all pictures, and keeps it as a version.
  ///
  /// - Parameter note: What its maker notes.
  /// - Throws: ``ProjectError/nothingTaught`` with fewer than two classes, and the errors of `Teacher`.
  public func makeVersion(note: String) async throws -> ProjectVersion {
    guard teacher.classes.count > 1 else { throw ProjectError.nothingTaught }
    let embeddings = teacher.embeddings
    let digests = try store.digests()
    let made = try Teacher(model: model, from: embeddings, execution: execution)
    let solved = try await made.estimate
    var version = ProjectStore.NewVersion()
    version.note = String(note.prefix(500))
    for (id, one) in taught { if let digest = digests[id] { version.pictures[digest] = one.label } }
    version.accuracy = solved.map { ($0.accuracy, $0.interval) }
    version.recalls = Dictionary(
      (solved?.classRecalls ?? []).map { ($0.label, $0.recall) }, uniquingKeysWith: { first, _ in first })
    let model = try await made.model()
    let labels = await made.labels
    let kept = try await onThread { [store, version] in
      try store.addVersion(version) { folder in
        let bytes = try model.serialized()
        try bytes.write(to: folder.appending(path: Self.modelName))
        for format in LabelFormat.allCases {
          try AtomicFile(folder.appending(path: "labels-\(format.rawValue).txt")).write(
            labels.text(format, count: embeddings.classes.count))
        }
        return bytes.pieces.reduce(0) { $0 + $1.count }
      }
    }
    revision += 1
    events.send(.change(revision: revision))
    return kept
  }

  /// Compiles the model of a version for the Edge TPU, unless that was done before.
  ///
  /// - Returns: The size of the compiled model in bytes.
  /// - Throws: ``ProjectError/noVersion(_:)``, ``ProjectError/notCompiled(because:)``.
  public nonisolated func compileVersion(_ number: Int64) async throws -> Int {
    _ = try store.version(number)
    let folder = store.versionFolder(number)
    let file = folder.appending(path: Self.compiledName)
    if !FileManager.default.fileExists(atPath: file.path) {
      guard let compiler else { throw ProjectError.noCompiler }
      try await compiler.compile(folder.appending(path: Self.modelName), to: file)
    }
    return (try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
  }

  /// Returns the report page of the newest estimate.
  ///
  /// - Throws: ``ProjectError/nothingTaught`` where there is no estimate yet.
  public func report() async throws -> String {
    guard let tried = estimate?.leaveOneOut else { throw ProjectError.nothingTaught }
    let page = try await ReportPage(
      tried, title: store.folder.lastPathComponent, facts: [.init("Base", model.lastPathComponent)],
      file: { [store] name in
        Int64(name).flatMap { try? store.picture($0) }.flatMap { try? store.file(of: $0) }?.path
      })
    return page.html
  }

  /// The name of a version's model file.
  public static let modelName = "model.tflite"
  /// The name of a version's model for the Edge TPU.
  public static let compiledName = "model_edgetpu.tflite"
}
