import Heads
import Imprinting
import Inference
import Training

/// How often a network names pictures right, for people and as JSON.
struct NetworkReport: Encodable {
  let pictures: Int
  let top1, top5: Double
  let confusion: ConfusionMatrix

  init(_ evaluation: NetworkEvaluation) {
    pictures = evaluation.count
    top1 = evaluation.accuracy
    top5 = evaluation.topFive
    confusion = evaluation.confusion
  }

  /// The shares, and what is confused most.
  var lines: [String] {
    let most = confusion.confusions.prefix(5).map { confusion in
      "  \(self.confusion.name(confusion.label)) for \(self.confusion.name(confusion.predicted))  \(confusion.count)"
    }
    return [
      "Of \(Table.counted(pictures, "test picture", "test pictures")) the right class is",
      "  first          \(Table.percent(top1))",
      "  in the first 5 \(Table.percent(top5))",
    ] + (most.isEmpty ? [] : ["Taken most often"] + most)
  }
}
