import Foundation
import Imprinting

/// The analytic head of a file's pictures, beside the same features for a peer.
///
/// The first quarter of each class is held back. `PREFIX.features` and `PREFIX.labels` are written: 64-bit floats row by
/// row, and 32-bit numbers, those to learn from first; and `PREFIX.counts`, how many of these there are and the dimension.
/// Then, for each line of standard input, the seconds of a head with leave-one-out are printed with its accuracy on what is
/// held back.
struct BesidePeer {
  let seen: URL
  let prefix: String

  func run() throws {
    let all = try Seen(contentsOf: seen)
    var taught = Seen(space: all.space, budget: .max)
    var asked = Seen(space: all.space, budget: .max)
    for known in all.classes {
      let heldBack = known.pictures.count / 4
      for (index, picture) in known.pictures.enumerated() {
        if index < heldBack {
          try asked.add(picture, to: known.name)
        } else {
          try taught.add(picture, to: known.name)
        }
      }
    }
    let (mine, theirs) = (try LabelledFeatures(taught), try LabelledFeatures(asked))
    try write((mine.rows.elements + theirs.rows.elements).withUnsafeBytes { Data($0) }, "features")
    try write((mine.labels + theirs.labels).map(Int32.init).withUnsafeBytes { Data($0) }, "labels")
    try write(Data("\(mine.labels.count) \(all.space.dimension)".utf8), "counts")
    Growth.say("ready")
    while readLine() != nil {
      var solved: SolvedHead?
      let seconds = try Growth.seconds { solved = try Analytic(findsFamiliarity: false).solve(taught) }
      guard let solved else { return }
      let right = zip(asked.classes.flatMap(\.pictures), theirs.labels).count { picture, label in
        let logits = solved.head.logits(of: picture.embeddings.map { Float(Int($0) - all.space.zeroPoint) })
        return logits.indices.max { logits[$0] < logits[$1] } == label
      }
      let share = Double(right) / Double(max(1, theirs.labels.count))
      Growth.say("\(seconds) \(share) \(solved.leaveOneOut?.accuracy ?? 0)")
    }
  }

  private func write(_ data: Data, _ name: String) throws { try data.write(to: URL(filePath: "\(prefix).\(name)")) }
}
