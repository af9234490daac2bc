import Foundation
import HTTPTypes
import Hummingbird
import Learning
import ModelSurgery
import NIOCore
import Project
import TFLite

extension StudioRoutes {
  private struct Note: Decodable { let note: String? }

  private struct Comparison: Encodable {
    struct Recall: Encodable {
      let name: String
      let recallBefore, recallAfter: Double?
    }
    let from, to: Wire.Version
    let addedClasses, removedClasses: [String]
    let addedPictures, removedPictures, movedPictures: Int
    let classes: [Recall]
  }

  func addVersions(to api: RouterGroup<StudioContext>) {
    api.get("versions") { _, _ in try Response.json(["versions": store.versions().map { Wire.Version($0) }]) }
    api.post("versions") { request, _ in
      let given: Note = try await request.json()
      return try Response.json(["version": Wire.Version(await project.makeVersion(note: given.note ?? ""))])
    }
    api.post("versions/:number/restore") { _, context in
      let missing = try await project.restore(context.parameters.require("number", as: Int64.self))
      let change = try await change()
      return try Response.json(
        Wire.Restored(missing: missing, revision: change.revision, undo: change.undo, redo: change.redo))
    }
    api.get("versions/:number/compare/:other") { _, context in
      let from = try context.parameters.require("number", as: Int64.self)
      let to = try context.parameters.require("other", as: Int64.self)
      let found = try store.compare(from, with: to)
      return try Response.json(
        Comparison(
          from: Wire.Version(store.version(from)), to: Wire.Version(store.version(to)),
          addedClasses: found.addedClasses, removedClasses: found.removedClasses, addedPictures: found.addedPictures,
          removedPictures: found.removedPictures, movedPictures: found.movedPictures,
          classes: found.recalls.sorted { $0.key < $1.key }.map {
            .init(name: $0.key, recallBefore: $0.value.before, recallAfter: $0.value.after)
          }))
    }
    api.get("versions/:number/model.tflite") { _, context in
      let version = try store.version(context.parameters.require("number", as: Int64.self))
      return Response.bytes(try model(version), type: "application/octet-stream", savedAs: name(version) + ".tflite")
    }
    api.post("versions/:number/edgetpu") { _, context in
      let number = try context.parameters.require("number", as: Int64.self)
      return try Response.json(["bytes": await project.compileVersion(number)])
    }
    api.get("versions/:number/model_edgetpu.tflite") { _, context in
      let version = try store.version(context.parameters.require("number", as: Int64.self))
      return Response.bytes(
        try file(LiveProject.compiledName, of: version), type: "application/octet-stream",
        savedAs: name(version) + "_edgetpu.tflite")
    }
    api.get("versions/:number/labels.txt") { request, context in
      let version = try store.version(context.parameters.require("number", as: Int64.self))
      let format = request.text("format") == "plain" ? "plain" : "indexed"
      return Response.bytes(
        try labels(version, format: format), type: "text/plain; charset=utf-8", savedAs: name(version) + ".txt")
    }
    api.get("versions/:number/classifier.zip") { request, context in
      let version = try store.version(context.parameters.require("number", as: Int64.self))
      // Frigate and MediaPipe read whole lines; Coral's programs read a number before the name.
      let reader = request.text("for")
      let labelFile = reader == "frigate" ? "labelmap.txt" : "labels.txt"
      let format = reader == "frigate" || reader == "mediapipe" ? "plain" : "indexed"
      let files = [("model.tflite", try model(version)), (labelFile, try labels(version, format: format))]
      let archive = try zip(files)
      return Response.bytes(archive, type: "application/zip", savedAs: name(version) + ".zip")
    }
  }

  private func zip(_ files: [(String, [UInt8])]) throws -> [UInt8] {
    var writer = ZipWriter()
    var archive: [UInt8] = []
    for (name, bytes) in files {
      guard let header = writer.header(of: name, Bytes(bytes)) else { throw Self.tooLargeForZip }
      archive += header + bytes
    }
    return archive + writer.end
  }

  private func name(_ version: ProjectVersion) -> String { "\(store.folder.lastPathComponent)-\(version.number)" }

  private func model(_ version: ProjectVersion) throws -> [UInt8] {
    try file(LiveProject.modelName, of: version)
  }

  private func labels(_ version: ProjectVersion, format: String) throws -> [UInt8] {
    try file("labels-\(format).txt", of: version)
  }

  private func file(_ name: String, of version: ProjectVersion) throws -> [UInt8] {
    let file = store.versionFolder(version.number).appending(path: name)
    guard let bytes = try? Data(contentsOf: file) else {
      throw APIError(
        .notFound, "noFile", "the files of version \(version.number) are gone",
        remedy: "go back to it, and make it again")
    }
    return Array(bytes)
  }

  func addExports(to api: RouterGroup<StudioContext>) {
    api.get("export/report.html") { _, _ in
      Response.bytes(
        Array(try await project.report().utf8), type: "text/html; charset=utf-8",
        savedAs: store.folder.lastPathComponent + ".html")
    }
    api.get("export/project.zip") { _, _ in
      let files = try allFiles()
      var response = Response(
        status: .ok,
        body: .init { writer in
          var zip = ZipWriter()
          for (name, file) in files {
            guard let bytes = try? Bytes(mapping: file) else { continue }
            guard let header = zip.header(of: name, bytes) else { throw Self.tooLargeForZip }
            try await writer.write(ByteBuffer(bytes: header))
            try await writer.write(bytes.withUnsafeBytes { ByteBuffer(bytes: $0) })
          }
          try await writer.write(ByteBuffer(bytes: zip.end))
          try await writer.finish(nil)
        })
      response.headers[.contentType] = "application/zip"
      response.headers[.contentDisposition] = Response.attachment(store.folder.lastPathComponent + ".zip")
      return response
    }
  }

  private func allFiles() throws -> [(name: String, file: URL)] {
    let names = Dictionary(uniqueKeysWithValues: try store.classes().map { ($0.id, $0.name) })
    let all = try store.pictures(ProjectStore.Filter(), offset: 0, limit: .max).pictures
    let files = try all.compactMap { picture in
      try picture.classID.flatMap { names[$0] }.map { ("\($0)/\(picture.file)", try store.file(of: picture)) }
    }
    var size = 0
    for (_, file) in files {
      size += (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
    }
    guard size < Int(UInt32.max) - (64 << 20), files.count < 65_000 else { throw Self.tooLargeForZip }
    return files.sorted { $0.0 < $1.0 }
  }

  private static let tooLargeForZip = APIError(
    .contentTooLarge, "tooLarge", "the project is too large for a zip", remedy: "copy its folder: it holds all pictures"
  )

  // MARK: Archives

  private struct Unpacked: Encodable {
    struct Skipped: Encodable { let name, message: String }
    let kept, passedOver: Int
    let skipped: [Skipped]
    let revision: Int
    let undo, redo: String?
  }

  func addArchive(_ request: Request) async throws -> Response {
    let file = store.folder.appending(path: ".imprint/upload-\(UUID().uuidString).zip")
    defer { try? FileManager.default.removeItem(at: file) }
    try await request.save(to: file, limit: Self.mostArchiveBytes)
    let found = try await project.add(archive: file, batch: request.text("batch") ?? UUID().uuidString)
    let change = try await change()
    return try Response.json(
      Unpacked(
        kept: found.kept, passedOver: found.passedOver,
        skipped: found.skipped.map { .init(name: $0.name, message: $0.message) }, revision: change.revision,
        undo: change.undo, redo: change.redo))
  }

  private static let mostArchiveBytes = 2 << 30
}

extension Request {
  /// Writes the body to a file, as it comes.
  func save(to file: URL, limit: Int) async throws {
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
    guard FileManager.default.createFile(atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = try? FileHandle(forWritingTo: file)
    else { throw ProjectError.cannotWrite(file.path, because: "the file cannot be made") }
    defer { try? handle.close() }
    var size = 0
    let start = ContinuousClock.now
    for try await buffer in body {
      size += buffer.readableBytes
      guard size <= limit else { throw Self.tooLarge(limit) }
      try Self.checkRate(size, since: start)
      do {
        try handle.write(contentsOf: Data(buffer.readableBytesView))
      } catch {
        throw ProjectError.fullDisk(file.path)
      }
    }
  }
}
