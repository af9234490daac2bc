import Foundation
import Imprinting
import Learning
import ModelSurgery
import Pictures
import TFLite
import Testing

@testable import Project

@Suite("The studio's server", .serialized)
struct StudioServerTests {
  @Test("The next answer knows what was taught a moment before")
  func teaches() async throws {
    let studio = try await TestStudio()
    let nothing = try await studio.send("POST", "/api/v1/classify", TestPicture.jpeg(.stripes, 100))
    #expect(nothing.json["isUnknown"] as? Bool == true && (nothing.json["classes"] as? [Any])?.isEmpty == true)
    let (stripes, discs) = (try await studio.makeClass("stripes"), try await studio.makeClass("discs"))
    for seed in 0..<4 {
      try await studio.teach(.stripes, seed, to: stripes)
      try await studio.teach(.discs, seed, to: discs)
    }
    for seed in 100..<104 {
      #expect(try await studio.best(.stripes, seed) == "stripes")
      #expect(try await studio.best(.discs, seed) == "discs")
    }
    #expect(studio.folder.files("stripes") == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"])
    let noise = try await studio.makeClass("noise")
    try await studio.teach(.noise, 0, to: noise)
    #expect(try await studio.best(.noise, 100) == "noise")
    await studio.end()
  }

  @Test("Deleting, moving, renaming and undoing are learnt as well")
  func changes() async throws {
    let studio = try await TestStudio()
    let (one, two) = (try await studio.makeClass("one"), try await studio.makeClass("two"))
    var stripes: [Int] = []
    for seed in 0..<3 {
      stripes.append(try await studio.teach(.stripes, seed, to: one))
      try await studio.teach(.discs, seed, to: two)
    }
    #expect(try await studio.best(.stripes, 100) == "one")
    let renamed = try await studio.send("PATCH", "/api/v1/classes/\(one)", json: ["name": "uno"])
    #expect(renamed.json["undo"] as? String == "Rename one to uno")
    #expect(try await studio.best(.stripes, 100) == "uno")
    #expect(try await studio.send("PATCH", "/api/v1/classes/\(one)", json: ["name": "two"]).code == "sameName")
    let moved = try await studio.send(
      "POST", "/api/v1/pictures/move", json: ["pictures": stripes, "className": "three"])
    #expect(moved.status == 200)
    #expect(try await studio.best(.stripes, 100) == "three")
    #expect(try await studio.send("POST", "/api/v1/undo").json["done"] as? String == "Move 3 pictures to three")
    #expect(try await studio.best(.stripes, 100) == "uno")
    _ = try await studio.send("POST", "/api/v1/pictures/delete", json: ["pictures": stripes])
    #expect(try await studio.best(.stripes, 100) == "two")
    _ = try await studio.send("POST", "/api/v1/undo")
    #expect(try await studio.best(.stripes, 100) == "uno")
    _ = try await studio.send("POST", "/api/v1/redo")
    #expect(try await studio.best(.stripes, 100) == "two")
    await studio.end()
  }

  @Test("A class that is renamed while pictures are added keeps one name, and all its pictures")
  func renamedMeanwhile() async throws {
    let studio = try await TestStudio()
    let (one, two) = (try await studio.makeClass("one"), try await studio.makeClass("two"))
    for seed in 0..<3 { try await studio.teach(.discs, seed, to: two) }
    let ids = try await withThrowingTaskGroup(of: Int?.self) { group in
      for seed in 0..<24 { group.addTask { try await studio.teach(.stripes, seed, to: one) } }
      for turn in 0..<12 {
        group.addTask {
          _ = try await studio.send("PATCH", "/api/v1/classes/\(one)", json: ["name": "name \(turn)"])
          return nil
        }
      }
      var ids: [Int] = []
      for try await id in group { if let id { ids.append(id) } }
      return ids
    }
    let classes = try await studio.send("GET", "/api/v1/project").json["classes"] as? [[String: Any]]
    let names = (classes ?? []).compactMap { $0["name"] as? String }
    let answered = try await studio.send("POST", "/api/v1/classify?topK=100", TestPicture.jpeg(.stripes, 90))
    let known = (answered.json["classes"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
    #expect(Set(known) == Set(names) && names.count == 2)
    #expect(ids.count == 24 && !ids.contains(0))
    let deleted = try await studio.send("POST", "/api/v1/pictures/delete", json: ["pictures": ids])
    #expect(deleted.status == 200)
    #expect(try await studio.best(.stripes, 90) == "two")
    await studio.end()
  }

  @Test("Spaces and plus signs in names arrive as they are, from the page and from forms", arguments: ["%20", "+"])
  func spaces(space: String) async throws {
    let studio = try await TestStudio()
    let answer = try await studio.send(
      "POST", "/api/v1/pictures?className=coffee\(space)mug&name=my\(space)cat%2B1.jpg", TestPicture.jpeg(.discs, 1))
    #expect(answer.status == 200 && studio.folder.files("coffee mug") == ["my cat+1.jpg"])
    let found = try await studio.send("GET", "/api/v1/pictures?search=my\(space)cat")
    #expect(found.json["total"] as? Int == 1)
    await studio.end()
  }

  @Test("A browser asks each time whether a picture is still the same")
  func cached() async throws {
    let studio = try await TestStudio()
    let id = try await studio.teach(.discs, 1, to: try await studio.makeClass("one"))
    for form in ["thumbnail", "image"] {
      let first = try await studio.send("GET", "/api/v1/pictures/\(id)/\(form)")
      let tag = try #require(first.headers["etag"])
      #expect(first.status == 200 && first.headers["cache-control"] == "private, no-cache")
      let path = "/api/v1/pictures/\(id)/\(form)"
      let again = try await studio.send("GET", path, headers: ["If-None-Match": tag])
      #expect(again.status == 304 && again.data.isEmpty)
      #expect(try await studio.send("GET", path, headers: ["If-None-Match": "\"other\""]).data == first.data)
    }
    try FileManager.default.removeItem(at: studio.folder.url.appending(path: "one/1.jpg"))
    #expect(try await studio.send("GET", "/api/v1/pictures/\(id)/image").code == "noFile")
    await studio.end()
  }

  @Test("A picture with more than 50 million pixels is refused by its header, before it is decoded")
  func manyPixels() async throws {
    let studio = try await TestStudio()
    let id = try await studio.makeClass("one")
    let side = 7100
    let plain = try #require(
      PixelTensor(width: side, height: side, pixels: Array(repeating: 90, count: side * side * 3)))
    let large = try #require(plain.jpeg(quality: 50))
    for path in ["classify", "pictures?class=\(id)"] {
      let answer = try await studio.send("POST", "/api/v1/\(path)", Data(large))
      #expect(answer.status == 413 && answer.code == "tooLarge", "\(answer.json)")
    }
    await studio.end()
  }

  @Test("The same picture is kept once; in another class it is told; a frame that is nearly the same is passed over")
  func duplicates() async throws {
    let studio = try await TestStudio()
    let (one, two) = (try await studio.makeClass("one"), try await studio.makeClass("two"))
    let picture = TestPicture.jpeg(.discs, 1)
    #expect(try await studio.send("POST", "/api/v1/pictures?class=\(one)", picture).json["kept"] as? Bool == true)
    let again = try await studio.send("POST", "/api/v1/pictures?class=\(one)", picture)
    #expect(again.json["kept"] as? Bool == false && again.json["reason"] as? String == "identical")
    #expect(try await studio.send("POST", "/api/v1/pictures?class=\(two)", picture).code == "otherClass")
    // A comment in the file changes its bytes, and not its pixels.
    var commented = picture
    commented.insert(contentsOf: [0xFF, 0xFE, 0x00, 0x04, 0x68, 0x69], at: 2)
    let near = try await studio.send("POST", "/api/v1/pictures?class=\(one)&origin=camera", commented)
    #expect(near.json["reason"] as? String == "nearIdentical")
    #expect(try await studio.send("POST", "/api/v1/pictures?class=\(one)", commented).json["kept"] as? Bool == true)
    let alike = try await studio.send("GET", "/api/v1/pictures?filter=alike")
    #expect(alike.json["total"] as? Int == 2)
    await studio.end()
  }

  @Test("Pictures in the folder are learnt, also those that come while the studio runs")
  func folder() async throws {
    let studio = try await TestStudio { folder in
      for kind in [TestPicture.Kind.stripes, .discs] {
        let place = folder.appending(path: "\(kind)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for seed in 0..<3 { try TestPicture.jpeg(kind, seed).write(to: place.appending(path: "\(seed).jpg")) }
      }
      try Data("no picture".utf8).write(to: folder.appending(path: "discs/broken.jpg"))
    }
    #expect(try await studio.wait { try await studio.best(.stripes, 100) == "stripes" })
    #expect(try await studio.wait { try await studio.best(.discs, 100) == "discs" })
    let unreadable = try await studio.send("GET", "/api/v1/pictures?filter=unreadable")
    #expect(unreadable.json["total"] as? Int == 1)
    let place = studio.folder.url.appending(path: "noise")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try TestPicture.jpeg(.noise, 0).write(to: place.appending(path: "0.jpg"))
    #expect(try await studio.wait { try await studio.best(.noise, 100) == "noise" })
    await studio.end()
  }

  @Test("A mislabelled picture is found, and confirming its label makes it no suspect")
  func suspects() async throws {
    let studio = try await TestStudio()
    let (one, two) = (try await studio.makeClass("stripes"), try await studio.makeClass("discs"))
    for seed in 0..<8 {
      try await studio.teach(.stripes, seed, to: one)
      try await studio.teach(.discs, seed, to: two)
    }
    let wrong = try await studio.teach(.discs, 50, to: one)
    func suspects() async throws -> [Int] {
      let list = try await studio.send("GET", "/api/v1/pictures?filter=suspects").json["pictures"] as? [[String: Any]]
      return (list ?? []).compactMap { $0["id"] as? Int }
    }
    #expect(try await studio.wait { try await suspects() == [wrong] })
    let estimate = try await studio.send("GET", "/api/v1/estimate").json
    #expect(estimate["accuracy"] as? Double ?? 0 > 0.9 && estimate["suspects"] as? Int == 1)
    _ = try await studio.send("POST", "/api/v1/pictures/confirm", json: ["pictures": [wrong]])
    #expect(try await studio.wait { try await suspects().isEmpty })
    await studio.end()
  }

  @Test("A version is an ordinary classifier, with its labels; a project leaves and comes back as a zip")
  func taken() async throws {
    let studio = try await TestStudio()
    #expect(try await studio.send("POST", "/api/v1/versions", json: [:]).code == "nothingTaught")
    let (one, two) = (try await studio.makeClass("stripes"), try await studio.makeClass("discs"))
    for seed in 0..<3 {
      try await studio.teach(.stripes, seed, to: one)
      try await studio.teach(.discs, seed, to: two)
    }
    let made = try await studio.send("POST", "/api/v1/versions", json: ["note": "first"])
    #expect((made.json["version"] as? [String: Any])?["number"] as? Int == 1)
    let model = try await studio.send("GET", "/api/v1/versions/1/model.tflite")
    let file = studio.folder.url.appending(path: ".imprint/taken.tflite")
    try model.data.write(to: file)
    let classifier = try Classifier(contentsOf: file)
    let answer = try await classifier.classify(encoded: .init(Array(TestPicture.jpeg(.discs, 100))))
    #expect(answer.classes.first?.label == "discs")
    let labels = try await studio.send("GET", "/api/v1/versions/1/labels.txt?format=plain")
    #expect(String(decoding: labels.data, as: UTF8.self).split(separator: "\n").sorted() == ["discs", "stripes"])
    let zip = try await studio.send("GET", "/api/v1/export/project.zip")
    #expect(zip.headers["content-type"] == "application/zip")
    await studio.end()

    let other = try await TestStudio()
    let back = try await other.send("POST", "/api/v1/archives", zip.data)
    #expect(back.json["kept"] as? Int == 6)
    #expect(other.folder.files("discs") == ["0.jpg", "1.jpg", "2.jpg"])
    #expect(try await other.best(.stripes, 100) == "stripes")
    #expect(try await other.send("POST", "/api/v1/archives", Data("no zip".utf8)).code == "badArchive")
    await other.end()
  }

  @Test("A project of Teachable Machine becomes classes: its files are CLASS-!-NUMBER, without endings")
  func teachableMachine() async throws {
    var zip = ZipWriter()
    var archive: [UInt8] = []
    let manifest = Array(#"{"type":"image","data":{"fileMetaData":{}}}"#.utf8)
    var files = [("manifest.json", manifest), ("../../evil-!-0", Array(TestPicture.jpeg(.discs, 90)))]
    for kind in [TestPicture.Kind.stripes, .noise] {
      files += (0..<3).map { ("My \(kind)-!-\($0)", Array(TestPicture.jpeg(kind, $0))) }
    }
    files += [("My noise-!-3", Array("no picture".utf8)), ("-!-4", Array(TestPicture.jpeg(.discs, 91)))]
    for (name, bytes) in files {
      let header = zip.header(of: name, Bytes(bytes))
      archive += try #require(header) + bytes
    }
    let studio = try await TestStudio()
    let answer = try await studio.send("POST", "/api/v1/archives", Data(archive + zip.end))
    #expect(answer.json["kept"] as? Int == 6)
    #expect((answer.json["skipped"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["My noise-!-3"])
    #expect(studio.folder.files("") == [".imprint", "My noise", "My stripes"])
    #expect(studio.folder.files("My stripes") == ["0.jpg", "1.jpg", "2.jpg"])
    #expect(try await studio.best(.noise, 50) == "My noise")
    await studio.end()
  }

  @Test("A version is compiled for the Edge TPU by the command, once, and an error of the command is told")
  func compiled() async throws {
    let tools = try TemporaryFolder()
    func write(_ name: String, _ script: String) throws {
      let file = tools.url.appending(path: name)
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    #expect(EdgeTPUCommand(environment: ["PATH": tools.url.path]) == nil)
    try write("edgetpu_compiler", "exit 1")
    #expect(EdgeTPUCommand(environment: ["PATH": ":\(tools.url.path)"]) == nil)
    try write("imprint", "echo 'Error: the model is not quantised' >&2; echo 'Hint: quantise it' >&2; exit 1")
    let command = try #require(EdgeTPUCommand(environment: ["PATH": tools.url.path]))
    let studio = try await TestStudio(compiler: command)
    for kind in TestPicture.Kind.allCases {
      let id = try await studio.makeClass("\(kind)")
      for seed in 0..<3 { try await studio.teach(kind, seed, to: id) }
    }
    #expect(try await studio.send("GET", "/api/v1/project").json["compiles"] as? Bool == true)
    #expect(try await studio.send("POST", "/api/v1/versions", json: [:]).status == 200)
    let refused = try await studio.send("POST", "/api/v1/versions/1/edgetpu")
    #expect(refused.status == 409 && refused.code == "notCompiled")
    let message = (refused.json["error"] as? [String: Any])?["message"] as? String
    #expect(message == "the model was not compiled for the Edge TPU: the model is not quantised")
    #expect(try await studio.send("GET", "/api/v1/versions/1/model_edgetpu.tflite").status == 404)
    try write(
      "imprint", "echo x >> '\(tools.url.path)/runs'; { echo \"$1 $2 $4\"; cat \"$3\"; } > \"$5/model_edgetpu.tflite\"")
    let sizes = try await [
      studio.send("POST", "/api/v1/versions/1/edgetpu"), studio.send("POST", "/api/v1/versions/1/edgetpu"),
    ].map { $0.json["bytes"] as? Int }
    let (model, compiled) = (
      try await studio.send("GET", "/api/v1/versions/1/model.tflite").data,
      try await studio.send("GET", "/api/v1/versions/1/model_edgetpu.tflite").data
    )
    #expect(compiled == Data("model compile --output\n".utf8) + model && sizes == [compiled.count, compiled.count])
    #expect(try Data(contentsOf: tools.url.appending(path: "runs")).count == 2)
    #expect(studio.folder.files(".imprint/versions/1").filter { $0.hasPrefix("compiling") }.isEmpty)
    #expect(try await studio.send("POST", "/api/v1/versions/2/edgetpu").code == "noVersion")
    await studio.end()
    let other = try await TestStudio()
    #expect(try await other.send("GET", "/api/v1/project").json["compiles"] as? Bool == false)
    await other.end()
  }

  @Test("A base model that has changed is told, and all pictures are read again")
  func baseChanged() async throws {
    let folder = try TemporaryFolder()
    for kind in TestPicture.Kind.allCases {
      let of = folder.url.appending(path: "\(kind)")
      try FileManager.default.createDirectory(at: of, withIntermediateDirectories: true)
      for seed in 0..<12 { try TestPicture.jpeg(kind, seed).write(to: of.appending(path: "\(seed).jpg")) }
    }
    do {
      let store = try ProjectStore(folder: folder.url)
      _ = try store.reconcile()
      for picture in try store.pending(limit: 100) {
        let finding = ProjectStore.Finding.embedding(
          digest: Digest.of(try Data(contentsOf: store.file(of: picture))), space: "another", elements: Data(),
          fingerprint: Data(), alike: [])
        try store.store(finding, for: picture.id)
      }
    }
    let project = try LiveProject(folder: folder.url, model: TestModel.url)
    let events = project.events.watch()
    await project.start()
    var codes: [[String]] = []
    for await _ in events {
      let summary = await project.summary
      codes.append(summary.problems.map(\.code))
      if summary.estimate?.leaveOneOut?.predictions.count == 36 { break }
    }
    #expect(codes.first == ["baseChanged"])
    let problems = await project.summary.problems.map { "\($0.code) \($0.message)" }
    #expect(problems.isEmpty, "\(problems)")
    await project.stop()
  }

  @Test("Requests without the token, from other pages, and by other names are refused")
  func refused() async throws {
    let studio = try await TestStudio()
    #expect(try await studio.send("GET", "/api/v1/project", hasToken: false).status == 401)
    #expect(try await studio.send("GET", "/", hasToken: false).status == 401)
    #expect(try await studio.send("GET", "/?token=wrong", hasToken: false).status == 401)
    #expect(try await studio.send("POST", "/api/classify", Data([1]), hasToken: false).status == 401)
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
      let answer = try await studio.send("POST", "/api/v1/undo", headers: ["Origin": origin])
      #expect(answer.status == 403 && answer.code == "foreignOrigin")
    }
    #expect(try await studio.send("POST", "/api/v1/undo", headers: ["Sec-Fetch-Site": "cross-site"]).status == 403)
    #expect(try await studio.send("GET", "/api/v1/project", headers: ["Host": "evil.example"]).status == 421)
    let opened = try await studio.send("GET", "/?token=\(studio.token)", hasToken: false)
    #expect(opened.status == 303 && opened.headers["location"] == "/")
    let cookie = String((opened.headers["set-cookie"] ?? "").prefix { $0 != ";" })
    #expect(opened.headers["set-cookie"]?.contains("HttpOnly; SameSite=Lax") == true)
    let page = try await studio.send("GET", "/", headers: ["Cookie": cookie], hasToken: false)
    #expect(page.status == 200 && page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
    await studio.end()
  }

  @Test("Bad requests are told, and change nothing")
  func bad() async throws {
    let studio = try await TestStudio()
    let one = try await studio.makeClass("one")
    func code(_ method: String, _ path: String, _ body: Data? = nil) async throws -> String? {
      try await studio.send(method, path, body).code
    }
    #expect(try await code("POST", "/api/v1/pictures?class=\(one)", Data("no picture".utf8)) == "notAPicture")
    #expect(try await code("POST", "/api/v1/pictures?class=99", TestPicture.jpeg(.discs, 1)) == "noClass")
    #expect(try await code("POST", "/api/v1/pictures?className=..", TestPicture.jpeg(.discs, 1)) == "badName")
    #expect(try await code("POST", "/api/v1/classes", Data("{".utf8)) == "badJSON")
    #expect(try await code("POST", "/api/v1/classes", Data("{\"name\":\"a/b\"}".utf8)) == "badName")
    #expect(try await code("POST", "/api/v1/pictures?class=\(one)", Data(count: (32 << 20) + 1)) == "tooLarge")
    #expect(try await code("GET", "/api/v1/pictures/99/image") == "noPicture")
    #expect(try await code("GET", "/page/..%2FPackage.swift") == "noFile")
    #expect(try await code("POST", "/api/v1/undo") == nil)
    #expect(try await code("POST", "/api/v1/undo") == "noStep")
    #expect(studio.folder.files("") == [".imprint"])
    await studio.end()
  }
}

@Suite("The files of the page")
struct PageTests {
  @Test("Every file of the page is in the executable, and there are at most 300 kB of them")
  func embedded() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/CPage/page").standardizedFileURL
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.contains("index.html") && names.contains("openapi.json"))
    let studio = try await TestStudio()
    var weight = 0
    for name in names {
      let bytes = try Data(contentsOf: folder.appending(path: name))
      #expect(
        try await studio.send("GET", "/page/\(name)", hasToken: false).data == bytes, "\(name): run Sources/CPage/embed"
      )
      if name != "openapi.json" { weight += bytes.count }
    }
    #expect(weight <= 300_000)
    await studio.end()
  }
}
