import Foundation
import HTTPTypes
import Hummingbird
import Imprinting
import Learning
import Pictures
import Project

extension StudioRoutes {
  private struct Chosen: Decodable {
    let pictures: [Int64]
    let `class`: Int64?
    let className: String?
  }

  func addPictures(to api: RouterGroup<StudioContext>) {
    api.post("pictures") { request, _ in try await addPicture(request) }
    api.post("archives") { request, _ in try await addArchive(request) }
    api.get("pictures") { request, _ in try Response.json(await list(request)) }
    api.get("pictures/:id/image") { request, context in
      let picture = try store.picture(context.parameters.require("id", as: Int64.self))
      return try await Self.fresh(picture, as: "image", for: request) {
        let file = try store.file(of: picture)
        guard let bytes = try? Data(contentsOf: file, options: .mappedIfSafe) else {
          throw ProjectError.noFile(picture.name)
        }
        return Response.bytes(Array(bytes), type: Self.type(of: bytes))
      }
    }
    api.get("pictures/:id/thumbnail") { request, context in
      let picture = try store.picture(context.parameters.require("id", as: Int64.self))
      return try await Self.fresh(picture, as: "thumbnail", for: request) {
        Response.bytes(try await project.thumbnail(of: picture, side: Self.thumbnailSide), type: "image/jpeg")
      }
    }
    api.post("pictures/move") { request, _ in
      let chosen: Chosen = try await request.json()
      try await project.move(chosen.pictures, to: classID(chosen.class, chosen.className))
      return try Response.json(await change())
    }
    api.post("pictures/confirm") { request, _ in
      let chosen: Chosen = try await request.json()
      try await project.confirm(chosen.pictures)
      return try Response.json(await change())
    }
    api.post("pictures/delete") { request, _ in
      let chosen: Chosen = try await request.json()
      try await project.delete(chosen.pictures)
      return try Response.json(await change())
    }
  }

  /// Returns a form of a picture, which the browser keeps, but asks each time whether it is still that of these bytes: the
  /// picture of a number may change, and another project has other pictures of the same numbers.
  private static func fresh(
    _ picture: ProjectPicture, as form: String, for request: Request, make: () async throws -> Response
  ) async throws -> Response {
    guard let digest = picture.digest else { return try await make() }
    let tag = "\"" + form + "-" + digest.prefix(12).map { String($0, radix: 16) }.joined(separator: ".") + "\""
    var response =
      if request.headers[.ifNoneMatch] == tag { Response(status: .notModified) } else { try await make() }
    response.headers[.eTag] = tag
    response.headers[.cacheControl] = "private, no-cache"
    return response
  }

  private func classID(_ id: Int64?, _ name: String?, batch: String? = nil) async throws -> Int64 {
    if let id { return id }
    guard let name else { throw APIError(.badRequest, "noClass", "the request names no class") }
    return try await project.classNamed(name, batch: batch).id
  }

  private func addPicture(_ request: Request) async throws -> Response {
    let bytes = try await request.bytes(limit: Self.mostPictureBytes)
    let batch = request.text("batch").map { String($0.prefix(80)) }
    let id = try await classID(request.text("class").flatMap { Int64($0) }, request.text("className"), batch: batch)
    let origin = request.text("origin").flatMap { ProjectPicture.Origin(rawValue: $0) } ?? .upload
    let name = request.text("name") ?? (origin == .camera ? "camera.jpg" : "picture.jpg")
    let added = try await project.add(.init(bytes: bytes, name: name, origin: origin), to: id, batch: batch)
    let change = try await change()
    let known = try await wire(of: id)
    func answer(_ picture: ProjectPicture, kept: Bool, reason: String?) async throws -> Response {
      try Response.json(
        Wire.Added(
          picture: await wire([picture]).first, kept: kept, reason: reason, class: known, revision: change.revision,
          undo: change.undo, redo: change.redo))
    }
    return switch added {
    case .kept(let picture): try await answer(picture, kept: true, reason: nil)
    case .identical(let picture): try await answer(picture, kept: false, reason: "identical")
    case .nearIdentical(let picture): try await answer(picture, kept: false, reason: "nearIdentical")
    }
  }

  private func list(_ request: Request) async throws -> Wire.Pictures {
    var filter = ProjectStore.Filter()
    filter.classID = request.text("class").flatMap { Int64($0) }
    filter.search = String((request.text("search") ?? "").prefix(200))
    let summary = await project.summary
    switch request.text("filter") {
    case "suspects": filter.ids = summary.estimate?.suspects.map(\.picture) ?? []
    case "alike": filter.isAlike = true
    case "unreadable": filter.isUnreadable = true
    default: break
    }
    if let label = request.text("label").flatMap({ Int64($0) }),
      let taken = request.text("takenFor").flatMap({ Int64($0) })
    {
      filter.ids = await project.pictures(of: label, takenFor: taken)
    }
    let (offset, limit) = (max(0, request.number("offset") ?? 0), min(max(1, request.number("limit") ?? 200), 1000))
    let (pictures, total) = try store.pictures(filter, offset: offset, limit: limit)
    return Wire.Pictures(total: total, pictures: await wire(pictures))
  }

  func wire(_ pictures: [ProjectPicture]) async -> [Wire.Picture] {
    let likely = await project.likelyClasses
    return pictures.map { picture in
      Wire.Picture(
        id: picture.id, class: picture.classID, name: picture.name, added: moment(picture.added),
        origin: picture.origin.rawValue, state: picture.state.rawValue, message: picture.message,
        looksLike: likely[picture.id].map { .init(class: $0.classID, probability: $0.probability) },
        likeCount: picture.alike)
    }
  }

  /// Returns the media type of a picture; browsers must not guess.
  private static func type(of bytes: Data) -> String {
    let start = Array(bytes.prefix(12))
    func has(_ prefix: [UInt8], at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: prefix) }
    if has([0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if has([0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
    if has(Array("RIFF".utf8)), has(Array("WEBP".utf8), at: 8) { return "image/webp" }
    if has(Array("GIF8".utf8)) { return "image/gif" }
    if has(Array("BM".utf8)) { return "image/bmp" }
    if has(Array("ftypavif".utf8), at: 4) { return "image/avif" }
    return "application/octet-stream"
  }

  private static let thumbnailSide = 192
}
