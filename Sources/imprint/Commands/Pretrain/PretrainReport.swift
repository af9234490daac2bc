import Heads
import Imprinting
import Inference
import Training

/// What training came to, for people and as JSON.
struct PretrainReport: Encodable {
  let pictures, classes: Int
  let epochs: [EpochResult]
  let evaluation: NetworkReport?
  let best, last: String
  let libtorch: String
  let embeddingSeconds, stepSeconds, waitingShare: Double

  init(_ result: TrainingResult, run: TrainingRun, libtorch: String) {
    self.libtorch = libtorch
    pictures = run.training.count
    classes = run.training.labels.count
    epochs = result.history
    evaluation = result.evaluation.map { NetworkReport($0) }
    best = run.bestFile.relativePath
    last = run.lastFile.relativePath
    embeddingSeconds = result.embeddingSeconds
    stepSeconds = result.stepSeconds
    waitingShare = result.stepSeconds > 0 ? result.waitingSeconds / result.stepSeconds : 0
  }

  var text: String {
    var lines = [
      """
      Trained for \(Table.counted(epochs.count, "epoch", "epochs")) on \(pictures) pictures of \(classes) classes, in \
      \(Decimals.string(embeddingSeconds + stepSeconds, places: 1)) s, \(Table.percent(waitingShare)) of the steps' time \
      waiting for pictures
      """
    ]
    if let evaluation { lines += evaluation.lines }
    lines += ["Best  \(best)", "Last  \(last)"]
    return lines.joined(separator: "\n")
  }
}
