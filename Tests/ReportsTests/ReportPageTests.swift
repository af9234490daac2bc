import Foundation
import TestMaterial
import TestHeads
import Testing

@testable import Heads
@testable import Reports

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Report pages")
struct ReportPageTests {
  private static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a & b' \"c\"", "]]>", "-->",
    "evil\u{202E}gpj.exe", "null\u{0}\u{8}\u{1B}", "noncharacter\u{FFFF}", String(repeating: "w", count: 5000),
    "a" + String(repeating: "\u{301}", count: 4000), "</style>", "日本語の花の名前がとても長いとき", "💐👩‍🌾",
  ]

  /// Collects the elements, attribute names, addresses and text of a page.
  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [String: Int] = [:]
    var attributes: Set<String> = []
    /// The values of `src` and `href`.
    var addresses: [String] = []
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements[name, default: 0] += 1
      self.attributes.formUnion(attributes.keys)
      addresses += ["src", "href"].compactMap { attributes[$0] }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  private func read(_ page: ReportPage) throws -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(page.html.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
    return reader
  }

  private func expectHarmless(_ page: ReportPage) throws {
    let reader = try read(page)
    // The only script is the page's own, which its policy allows by its digest.
    let scripts = reader.elements["script"] ?? 0
    #expect(scripts == (page.html.contains("class=\"sortable\"") ? 1 : 0))
    #expect(page.html.components(separatedBy: "<script>\n\(ClassTable.script)\n</script>").count == scripts + 1)
    let digest = try #require(ClassTable.scriptDigest)
    #expect(page.html.contains("script-src '\(digest)'") == (scripts == 1))
    for name in ["iframe", "object", "link", "a", "form", "base", "foreignObject"] {
      #expect(reader.elements[name] == nil)
    }
    #expect(reader.attributes.allSatisfy { !$0.lowercased().hasPrefix("on") })
    #expect(reader.addresses.allSatisfy { $0.hasPrefix("data:image/jpeg;base64,") })
    #expect(!page.html.contains("http://") && !page.html.contains("https://"))
    #expect(!page.html.contains("\u{202E}"))
  }

  @Test("The page of an evaluation escapes markup in the names of classes and pictures")
  func hostileEvaluation() async throws {
    let names = Self.hostile
    var evaluation = Evaluation(labels: Labels(Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0, $1) })))
    for (id, name) in names.enumerated() {
      var scores = [Float](repeating: 0, count: names.count)
      scores[(id + 1) % names.count] = 0.9
      try evaluation.add(picture: "/nowhere/\(name).jpg", classID: id, scores: scores)
    }
    let page = try await ReportPage(evaluation, title: names[0], facts: [.init(names[1], names[2])])
    try expectHarmless(page)
    #expect(page.html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(try read(page).text.contains("cannot be shown"))
  }

  @Test("The page of episodes escapes markup in names, also of suspicious labels")
  func hostileEpisodes() async throws {
    var set = EmbeddingSet(space: MadeEmbeddings.space(dimension: 4))
    let names = Self.hostile.filter { Labels.isName($0) }
    for (label, name) in names.enumerated() {
      for number in 0..<4 {
        let picture = MadeEmbeddings.picture(number, of: label, in: set.space, spread: 100)
        try set.add(EmbeddedPicture(name: "\(name)/\(number)", embeddings: picture.embeddings), to: name)
      }
    }
    try set.add(MadeEmbeddings.picture(0, of: 90, in: set.space), to: "<b>single</b>")
    let results = try await Episodes(count: 2, shots: [.count(1), .count(9), .all]).run(set, methods: [NearestMean()])
    let suspects = names.map {
      LeaveOneOut.Suspect(picture: $0, label: $0, looksLike: names[0], surprise: 2)
    }
    let page = try await ReportPage(results, suspects: suspects, title: names[1])
    try expectHarmless(page)
    #expect(page.html.contains("&lt;b&gt;single&lt;/b&gt;"))
    #expect(try read(page).text.contains("Labels that look wrong"))
  }

  @Test("Draws the confusion matrix of up to 50 classes as a map, and of more the classes that are confused most")
  func manyClasses() {
    for (count, mapped) in [(50, 50), (51, FoldedConfusions.mapped), (10_000, FoldedConfusions.mapped)] {
      var matrix = ConfusionMatrix(labels: [:])
      for label in 0..<count { matrix.add(label: label, predicted: (label * 7) % count) }
      let html = ConfusionMap(matrix: matrix).html
      #expect(html.components(separatedBy: "text-anchor=\"end\"").count - 1 == mapped)
      #expect(html.contains("<details>") == (count > 50) && html.utf8.count < 1_500_000)
    }
  }

  @Test("The chart draws a line per method and an interval per point; one episode has no interval")
  func chart() async throws {
    let set = try MadeEmbeddings.set(classes: 0..<3, pictures: 0..<8)
    for (count, bars) in [(3, 4), (1, 0)] {
      let results = try await Episodes(count: count, shots: [.count(1), .all])
        .run(set, methods: [NearestMean(), NearestMean.Other()])
      let drawing = AccuracyChart(results).svg
      #expect(drawing.components(separatedBy: "<polyline").count - 1 == 2)
      #expect(drawing.components(separatedBy: "class=\"bar").count - 1 == bars)
      #expect(!drawing.contains("nan") && !drawing.contains("inf"))
    }
  }

  @Test("Shows pictures whose files exist")
  func thumbnails() async throws {
    let file = Material.coralPicture("cat_train_0")
    var evaluation = Evaluation(labels: Labels([0: "cat", 1: "dog"]))
    try evaluation.add(picture: file.path, classID: 0, scores: [0.1, 0.9])
    let page = try await ReportPage(evaluation, title: "cats")
    try expectHarmless(page)
    #expect(try read(page).elements["img"] == 1)
  }

  @Test("Escapes all characters of markup")
  func escaping() {
    #expect(Markup.text("<a href='x'>\"&\n") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp; ")
    #expect(Markup.shortText("abcdef", 6) == "abcdef")
    #expect(Markup.shortText("abcdefg", 6) == "abcde…")
    #expect(Markup.shortText("&&&&", 3) == "&amp;&amp;…")
    #expect(Markup.shortText("a" + String(repeating: "\u{301}", count: 100), 3).unicodeScalars.count < 20)
  }
}
