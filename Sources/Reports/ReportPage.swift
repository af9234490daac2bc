import Heads
import TFLite

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// An evaluation as one HTML page that needs nothing else: no network, no scripts; drawings and small pictures are
/// within it.
///
/// ```swift
/// let results = try await Episodes().run(seen, methods: methods)
/// let page = try await ReportPage(results, suspects: solved.leaveOneOut?.suspects(24) ?? [], title: "Flowers")
/// try page.write(to: URL(filePath: "flowers.html"))
/// ```
///
/// Names of classes and paths may be anything: they are shown and never obeyed.
public struct ReportPage: Sendable {
  /// Something to be said at the page's head.
  public struct Fact: Sendable, Hashable {
    /// What it is about.
    public let name: String
    /// What it says.
    public let value: String

    /// A fact.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How many pictures are shown of a kind at most.
  public static let mostPictures = 24

  /// The page.
  public let html: String

  /// A page of sections that are markup.
  init(title: String, facts: [Fact], sections: [(title: String, body: String)]) {
    let facts = facts.map { "<div><dt>\(Markup.text($0.name))</dt><dd>\(Markup.name($0.value))</dd></div>" }
    let sections = sections.map { "<section>\n<h2>\(Markup.text($0.title))</h2>\n\($0.body)\n</section>" }
    html = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"/>
      <meta name="generator" content="Imprint"/>
      <title>\(Markup.text(title))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <main>
      <h1>\(Markup.name(title))</h1>
      <dl>
      \(facts.joined(separator: "\n"))
      </dl>
      \(sections.joined(separator: "\n"))
      <footer>Written by Imprint. This page needs no network.</footer>
      </main>
      </body>
      </html>

      """
  }

  /// Writes the page, in place of what stood there.
  ///
  /// - Throws: ``TFLiteError/cannotWrite(path:reason:)``.
  public func write(to file: URL) throws(TFLiteError) { try AtomicFile(file).write(html) }

  /// The drawings that say how far the probabilities can be believed.
  static func panels(_ diagrams: [ReliabilityDiagram]) -> String {
    """
    <p class="note">Answers by the confidence of the class that was named: bars are how often it was right, discs \
    their mean confidence. Bars that end at the dashed line are confidences that hold.</p>
    <div class="panels">\(diagrams.map(\.svg).joined(separator: "\n"))</div>
    """
  }
}
