import Heads
public import TFLite

#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// An evaluation as a self-contained HTML page without network access; it embeds its charts and thumbnails. The only script is
/// one that sorts and filters the table of the classes, where there is one.
///
/// ```swift
/// let results = try await Episodes().run(embeddings, methods: methods)
/// let page = try await ReportPage(results, suspects: solved.leaveOneOut?.suspects(24) ?? [], title: "Flowers")
/// try page.write(to: URL(filePath: "flowers.html"))
/// ```
///
/// Class names and paths may contain anything: they are escaped.
public struct ReportPage: Sendable {
  /// A fact at the top of the page.
  public struct Fact: Sendable, Hashable {
    /// The name of the fact, such as "Pictures".
    public let name: String
    /// The value.
    public let value: String

    /// Creates a fact.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The maximum number of pictures in a section.
  public static let mostPictures = 24

  /// The HTML of the page.
  public let html: String

  /// Creates a page of sections, whose bodies are markup.
  init(title: String, facts: [Fact], sections: [(title: String, body: String)]) {
    let script = sections.contains { $0.body.contains("class=\"sortable\"") } ? ClassTable.scriptDigest : nil
    let facts = facts.map { "<div><dt>\(Markup.text($0.name))</dt><dd>\(Markup.name($0.value))</dd></div>" }
    let sections = sections.map { "<section>\n<h2>\(Markup.text($0.title))</h2>\n\($0.body)\n</section>" }
    html = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; img-src data:; style-src 'unsafe-inline'\(script == nil ? "" : "; script-src '\(script ?? "")'")"/>
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
      <footer>Created by Imprint. This page works offline.</footer>
      </main>
      \(script == nil ? "" : "<script>\n\(ClassTable.script)\n</script>")
      </body>
      </html>

      """
  }

  /// Writes the page atomically; an existing file is replaced.
  ///
  /// - Throws: `AtomicFileError/cannotWrite(path:reason:)`.
  public func write(to file: URL) throws(AtomicFileError) { try AtomicFile(file).write(html) }
}

extension ReportPage {
  /// The style sheet: light or dark like the reader's system, in colours that colour-blind readers can distinguish (after
  /// Okabe and Ito).
  static let style = """
    :root{color-scheme:light dark;--paper:#fff;--card:#f5f6f8;--ink:#1b1e24;--dim:#5a6270;--rule:#dfe3e8;
    --blue:#0072b2;--orange:#d55e00;--on:#fff;
    --s0:#0072b2;--s1:#d55e00;--s2:#007a5a;--s3:#b0467f;--s4:#8a6100;--s5:#2a8fc7;--s6:#5b3fa0;--s7:#555}
    @media(prefers-color-scheme:dark){:root{--paper:#14161a;--card:#1e2127;--ink:#e8eaee;--dim:#a2aab8;--rule:#343a44;
    --blue:#56b4e9;--orange:#ff9d5c;--on:#0b0d10;
    --s0:#56b4e9;--s1:#ff9d5c;--s2:#2fd0a5;--s3:#ee9cc8;--s4:#f2cc4b;--s5:#9bd3f5;--s6:#b9a5f0;--s7:#bbb}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    main{max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
    h1{font-size:1.7rem;line-height:1.2;margin:.5rem 0 .25rem;overflow-wrap:anywhere}
    h2{font-size:1.25rem;margin:2.75rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--rule)}
    h3{font-size:1rem;margin:1.5rem 0 .25rem}
    p{max-width:46rem}
    .note,small,figcaption{color:var(--dim)}
    .note{font-size:.9rem}
    dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1.25rem 0}
    dl div{background:var(--card);border-radius:.6rem;padding:.7rem .9rem}
    dt{color:var(--dim);font-size:.85rem}
    dd{margin:0;font-size:1.15rem;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    .scroll{overflow-x:auto;margin:.75rem 0}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}
    th,td{padding:.3rem .9rem .3rem 0;text-align:right;border-bottom:1px solid var(--rule);white-space:nowrap}
    thead th{color:var(--dim);font-weight:500}
    th[scope=row]{font-weight:500}
    th:first-child,.words td{text-align:left}
    th bdi,td bdi{display:inline-block;max-width:22rem;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom}
    svg{display:block;font-family:inherit}
    .chart{width:100%;height:auto}.wide{min-width:34rem}
    svg text{fill:var(--ink);font-size:13px}
    svg .tick,svg .axis{fill:var(--dim)}
    svg .series{font-weight:600}
    .grid{stroke:var(--rule)}
    .line{fill:none;stroke-width:2.25;stroke-linejoin:round}.bar{fill:none;stroke-width:1.5}
    .mark{stroke:var(--paper);stroke-width:1}
    .s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}
    .s4{--c:var(--s4)}.s5{--c:var(--s5)}.s6{--c:var(--s6)}.s7{--c:var(--s7)}
    .line,.bar{stroke:var(--c)}.mark{fill:var(--c)}
    .none{fill:var(--card)}.right,.hit{fill:var(--blue)}.wrong{fill:var(--orange)}
    .hit{fill-opacity:.55}.mean{fill:var(--orange);stroke:var(--paper)}.share{fill:var(--dim);fill-opacity:.6}
    .ideal{stroke:var(--ink);stroke-dasharray:5 4;stroke-width:1.25}
    svg .count{font-size:11.5px;text-anchor:middle}svg .on{fill:var(--on)}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr));gap:1.5rem}
    figure{margin:0}.panel figcaption{margin-bottom:.25rem}.panel strong{color:var(--ink);margin-right:.4rem}
    .gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:1.1rem;margin-top:1rem}
    .gallery img,.gone{width:100%;height:auto;aspect-ratio:1;border-radius:.5rem;background:var(--card);display:block}
    .gone{display:grid;place-items:center;color:var(--dim);font-size:.85rem}
    .gallery figcaption{font-size:.88rem;line-height:1.35;margin-top:.35rem;overflow-wrap:anywhere}
    .gallery b{color:var(--ink);font-weight:600}
    .zoom{display:block;margin-top:.75rem;color:var(--dim);font-size:.9rem}
    .zoom:not(:has(:checked))+.scroll .map{max-width:100%;height:auto}
    th button{all:unset;cursor:pointer;text-decoration:underline dotted}th button:focus-visible{outline:2px solid var(--blue)}
    th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
    input[type=search]{font:inherit;width:min(100%,20rem);padding:.35rem .6rem;border:1px solid var(--rule);
    border-radius:.4rem;background:var(--paper);color:var(--ink)}
    .folds{columns:17rem;margin:.5rem 0}details{break-inside:avoid;padding:.15rem 0}summary{cursor:pointer}
    details ul{margin:.25rem 0 .5rem;padding-left:1.5rem}bdi{overflow-wrap:anywhere}
    @media(max-width:30rem){th,td{padding-right:.6rem}th bdi,td bdi{max-width:9rem}
    .gallery{grid-template-columns:repeat(auto-fill,minmax(8rem,1fr))}.wide{min-width:26rem}}
    footer{margin-top:3rem;color:var(--dim);font-size:.85rem}
    @media print{body{font-size:11pt}h2{break-after:avoid}figure{break-inside:avoid}}
    """
}
