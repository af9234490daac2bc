/// Why a network is not trained.
public enum TrainingError: Error, Sendable, Hashable {
  /// There is no architecture of that name.
  case unknownArchitecture(String, known: [String])
  /// A setting makes no sense: which, and why.
  case badSetting(String, because: String)
  /// A weight is missing or of another shape.
  case badWeights(String, because: String)
  /// A layer that cannot be trained.
  case badLayer(String)
  /// A layer's results have no range, or an infinite one.
  case badRange(layer: String)
  /// Weights are infinite or no numbers.
  case infiniteWeights
  /// A network that is trained for bytes is to be written in them before rounding has begun.
  case notRounded(path: String)
  /// The loss became infinite or no number: at which step of which epoch, the checkpoint that is kept, and the rate.
  case diverged(step: Int, epoch: Int, rate: Double, kept: String?)
  /// There are too few pictures for a step.
  case tooFewPictures(count: Int, batchSize: Int)
  /// Only one class, or none.
  case tooFewClasses(Int)
  /// The pictures are of other classes than the network was trained for.
  case otherClasses(trained: [String], found: [String])
  /// The folder has a checkpoint of other settings, labels or pictures: what differs.
  case otherRun(path: String, because: String)
  /// The folder has checkpoints already, and going on was not asked for.
  case alreadyThere(path: String)
  /// There is nothing to go on with.
  case nothingToResume(path: String)
  /// A file is no checkpoint, or one that was altered.
  case badCheckpoint(path: String, because: String)
  /// A checkpoint was written by a later version.
  case newerCheckpoint(path: String, version: Int)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownArchitecture(let name, let known):
      "there is no architecture \"\(name)\": \(known.joined(separator: ", ")) are known"
    case .badSetting(let setting, let reason):
      "\(setting) cannot be: \(reason)"
    case .badWeights(let name, let reason):
      "the weights \(name) are not the network's: \(reason)"
    case .badLayer(let name):
      "the layer \(name) is of a kind that cannot be trained"
    case .badRange(let layer):
      "the results of the layer \(layer) have no range, or an infinite one"
    case .infiniteWeights:
      "the network holds weights that are infinite or no numbers (NaN): take an earlier checkpoint"
    case .notRounded(let path):
      """
      \(path) is of a network that is trained for bytes, and was not rounded yet: train on with --resume, or write its \
      floats with --float
      """
    case .diverged(let step, let epoch, let rate, let kept):
      """
      the loss became infinite at step \(step), in epoch \(epoch), with the rate \(rate): try a lower one, or a longer \
      warm-up. \(kept.map { "The last good checkpoint is \($0)" } ?? "There is no checkpoint yet")
      """
    case .tooFewPictures(let count, let batchSize):
      "there are \(count) pictures to train on, fewer than the \(batchSize) of a step: take a smaller batch"
    case .tooFewClasses(let count):
      "there \(count == 1 ? "is 1 class" : "are \(count) classes") where at least 2 are needed"
    case .otherClasses(let trained, let found):
      """
      the network was trained for \(trained.count) classes (\(trained.prefix(3).joined(separator: ", ")) …) and the \
      pictures are of \(found.count) (\(found.prefix(3).joined(separator: ", ")) …): they have to be the same, in order
      """
    case .otherRun(let path, let reason):
      "\(path) is of another training run: \(reason). Train in a new folder, or with the settings that it was begun with"
    case .alreadyThere(let path):
      "\(path) is there already: go on with --resume, or train in a new folder"
    case .nothingToResume(let path):
      "there is no checkpoint \(path) to go on with: leave out --resume"
    case .badCheckpoint(let path, let reason):
      "\(path) is no checkpoint of Imprint's: \(reason)"
    case .newerCheckpoint(let path, let version):
      "\(path) was written by a later version of Imprint (its layout is \(version)): update Imprint to read it"
    }
  }
}
